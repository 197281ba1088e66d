import AsyncHTTPClient
import HTTPTypes
import Hummingbird

/// Where the log of a call's session is, also while the call goes on.
struct SessionLogs: Sendable {
    let calls: CallStore
    let history: HistoryStore
    let provisioner: Provisioner
    let source: RecordingSource
    let now: @Sendable () -> Moment

    /// The log as far as it is written; its body arrives while it is read.
    ///
    /// - Throws: `ControllerError`: `callNotFound` when the call or its log is not there (any more); `platformAway`.
    func read(_ key: CallKey, _ portal: PortalID) async throws -> Response {
        guard let address = try await address(key, portal) else { throw Self.none }
        let found = try await source.fetch(address, range: nil, portal)
        let body = found.body
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; charset=utf-8", .cacheControl: "private, no-store",
                .xContentTypeOptions: "nosniff",
            ],
            body: ResponseBody { writer in
                for try await part in body { try await writer.write(part) }
                try await writer.finish(nil)
            })
    }

    /// The report names it; until there is one, the platform is asked.
    private func address(_ key: CallKey, _ portal: PortalID) async throws -> String? {
        if let entry = try await history.find(key, portal) {
            let address = entry.fields["CALL_LOG"]
            return address.isEmpty ? nil : address
        }
        guard let call = try await calls.find(key, portal), let account = try await provisioner.existing(portal) else {
            return nil
        }
        return try await provisioner.platform.session(
            of: key, since: call.createdAt, now: now(), account.credentials)?.logURL
    }

    private static let none = ControllerError(.callNotFound, "there is no log of this call")
}
