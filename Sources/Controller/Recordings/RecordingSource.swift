import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Recordings where the voice platform keeps them, fetched and deleted in the portal's name.
struct RecordingSource: Sendable {
    let provisioner: Provisioner
    let platform: PlatformAccess
    let http: HTTPClient
    /// For the beginning of an answer.
    let limit: Duration

    /// Whether the address is one of the voice platform's.
    ///
    /// Reports name addresses, and whoever can sign a report could otherwise have the controller fetch whatever its
    /// network reaches.
    func isKnown(_ address: String) -> Bool {
        if address.hasPrefix(platform.baseURL + "/") { return true }
        guard let url = URLComponents(string: address), url.scheme == "https", let host = url.host?.lowercased(),
            url.user == nil, url.port == nil
        else { return false }
        return platform.recordingHosts.contains { host == $0 || host.hasSuffix(".\($0)") }
    }

    /// The recording, or a part of it; its body arrives while it is read.
    ///
    /// - Parameter range: The reader's header `Range`.
    /// - Throws: `ControllerError`: `callNotFound` when the recording is gone or no recording of the platform;
    ///   `platformAway`.
    func fetch(_ address: String, range: String?, _ portal: PortalID) async throws -> HTTPClientResponse {
        guard isKnown(address) else { throw Self.gone }
        var response = try await send(address, range: range, token: nil)
        // Some recordings want more than their name.
        if [.unauthorized, .forbidden].contains(response.status) {
            _ = try? await response.body.collect(upTo: 1 << 16)
            guard let account = try await provisioner.existing(portal) else { throw Self.gone }
            response = try await sendSigned(address, range: range, account.credentials)
        }
        guard [.ok, .partialContent, .rangeNotSatisfiable].contains(response.status) else {
            _ = try? await response.body.collect(upTo: 1 << 16)
            throw response.status.code >= 500 ? Self.away : Self.gone
        }
        return response
    }

    private func sendSigned(
        _ address: String, range: String?, _ credentials: PlatformAccess.Credentials
    ) async throws -> HTTPClientResponse {
        switch credentials.proof {
        case .master(let currency):
            let token = try provisioner.platform.tokens.token(
                for: credentials.accountID, master: currency, "recording")
            return try await send(address, range: range, token: token)
        case .apiKey(let key):
            guard var url = URLComponents(string: address) else { throw Self.gone }
            let own = [
                URLQueryItem(name: "account_id", value: String(credentials.accountID)),
                URLQueryItem(name: "api_key", value: key.revealed),
            ]
            url.queryItems = (url.queryItems ?? []) + own
            return try await send(url.string ?? address, range: range, token: nil)
        }
    }

    private func send(_ address: String, range: String?, token: String?) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: address)
        if let range { request.headers.add(name: "Range", value: range) }
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        do {
            return try await http.execute(request, timeout: TimeAmount(limit))
        } catch {
            throw Self.away
        }
    }

    /// Deletes the recording; one that is none of the platform's, or gone, is deleted already.
    ///
    /// - Throws: `ManagementError` when the platform is away, or does not let the account do it.
    func delete(_ address: String, _ portal: PortalID) async throws {
        guard isKnown(address), let account = try await provisioner.existing(portal) else { return }
        do throws(ManagementError) {
            try await provisioner.platform.deleteRecord(address, account.credentials)
        } catch {
            guard error.isUnknownObject else { throw error }
        }
    }

    private static let gone = ControllerError(.callNotFound, "there is no such recording")
    private static let away = ControllerError(.platformAway, "the voice platform does not answer; try again")
}
