import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import NIOCore

/// The logs of calls' sessions, also while the calls go on, as whoever may read them gets them: without addresses.
struct SessionLogs: Sendable {
    let calls: CallStore
    let history: HistoryStore
    let provisioner: Provisioner
    let source: RecordingSource
    let now: @Sendable () -> Moment

    /// The log as far as it is written, as ``BlankedLog`` has it; its body arrives while it is read.
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
                var log = BlankedLog()
                for try await part in body {
                    try await writer.write(ByteBuffer(bytes: log.append(part.readableBytesView)))
                }
                try await writer.write(ByteBuffer(bytes: log.end()))
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
