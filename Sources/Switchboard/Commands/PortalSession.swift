import ArgumentParser
import AsyncHTTPClient
import CRM
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import RequestSigning

/// A short visit to the controller as a portal: whoever has its licence key sees its calls, and nobody else does.
struct PortalSession: Sendable {
    /// Names a portal's licence key; without it the installation's own counts, for its own portal.
    static let keyVariable = "LICENCE_KEY"
    private static let limit = Duration.seconds(60)

    private static let longestRecording = 1 << 28

    private let client: SignedClient
    private let http: HTTPClient
    private let url: String

    init(url: String, portal: String, licenceKey key: String, http: HTTPClient) {
        client = SignedClient(
            base: url, portal: portal, key: { RequestKey(licenceKey: key, direction: .portalToController) },
            http: http)
        (self.url, self.http) = (url, http)
    }

    static func run<Value>(
        _ settings: Settings, portal: String?, _ body: (PortalSession) async throws -> Value
    ) async throws -> Value {
        let (id, key) = try key(settings, portal: portal)
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        let session = PortalSession(url: settings.url("controller"), portal: id, licenceKey: key, http: http)
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await body(session))
        } catch {
            outcome = .failure(error)
        }
        try? await http.shutdown()
        return try outcome.get()
    }

    private static func key(_ settings: Settings, portal: String?) throws -> (id: String, key: String) {
        let own = settings.text("portal.id")
        let id = portal ?? own
        if let key = ProcessInfo.processInfo.environment[keyVariable], !key.isEmpty { return (id, key) }
        guard id == own else {
            throw ValidationError("What \(id) has is its own affair: put its licence key into \(keyVariable).")
        }
        return (id, try Secrets.loadOrMake(in: settings.text("data.directory")).licenceKey)
    }

    /// The zone of the portal's days.
    func timeZone() async throws -> TimeZone {
        let options = try await ask("GetHistoryOptions", [:])
        return (options["TIME_ZONE"] as? String).flatMap { TimeZone(identifier: $0) } ?? .gmt
    }

    /// One call with every decision that was made for it.
    func call(_ id: String) async throws -> [String: Any] {
        try await ask("GetCall", ["CALL_ID": id])["result"] as? [String: Any] ?? [:]
    }

    /// The session log, as far as it is written.
    func log(_ call: String) async throws -> String {
        var log = Data()
        try await stream("GetCallLog", ["CALL_ID": call]) { log.append($0) }
        return String(decoding: log, as: UTF8.self)
    }

    /// The sound behind a link that lives for a minute.
    func recording(_ call: String) async throws -> Data {
        let link = try await ask("GetRecordingLink", ["CALL_ID": call, "SECONDS": 60])["url"] as? String ?? ""
        let response: HTTPClientResponse
        do {
            response = try await http.execute(HTTPClientRequest(url: link), timeout: TimeAmount(Self.limit))
            guard response.status == .ok else {
                throw OperatorClient.Failure(
                    description: "The recording does not come (status \(response.status.code)); try again.")
            }
            return Data(buffer: try await response.body.collect(upTo: Self.longestRecording))
        } catch let error as HTTPClientError {
            throw OperatorClient.Failure(
                description: "The recording does not come (\(error.shortDescription)); is controller.url right?")
        }
    }

    func ask(_ command: String, _ body: [String: Any]) async throws -> [String: Any] {
        do throws(SignedClient.Failure) {
            let data = try await client.post(
                "/portal/\(command)", json: Self.json(body), limit: Self.limit)
            return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
        } catch {
            throw failure(error)
        }
    }

    /// The answer in pieces, as it comes.
    ///
    /// - Throws: Also when the answer ends before its end.
    func stream(_ command: String, _ body: [String: Any], _ take: (Data) throws -> Void) async throws {
        let pieces: HTTPClientResponse.Body
        do throws(SignedClient.Failure) {
            pieces = try await client.stream("/portal/\(command)", json: Self.json(body), limit: Self.limit)
        } catch {
            throw failure(error)
        }
        do {
            for try await piece in pieces { try take(Data(piece.readableBytesView)) }
        } catch let error as HTTPClientError {
            throw OperatorClient.Failure(
                description: "The controller broke off, what came is incomplete (\(error.shortDescription)).")
        }
    }

    private static func json(_ body: [String: Any]) -> Data {
        (try? JSONSerialization.data(withJSONObject: body, options: [.sortedKeys])) ?? Data("{}".utf8)
    }

    private func failure(_ failure: SignedClient.Failure) -> OperatorClient.Failure {
        switch failure {
        case .status(403, _):
            .init(
                description:
                    "The controller refused: the licence key is not the portal's (any more), or the clock is wrong.")
        case .status(let status, let body):
            .init(description: "The controller refused: \(Self.message(body) ?? "status \(status)").")
        case .tooLong: .init(description: "The answer is too long; ask for less.")
        case .unreachable:
            .init(description: "The controller does not answer at \(url); is it running? Set controller.url.")
        }
    }

    private static func message(_ body: Data) -> String? {
        let object = (try? JSONSerialization.jsonObject(with: body)) as? [String: Any]
        return (object?["error"] as? [String: Any])?["msg"] as? String
    }
}
