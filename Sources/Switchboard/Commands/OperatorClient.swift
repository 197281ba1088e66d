import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Asks the controller's operator endpoints.
struct OperatorClient: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let url: String
    let token: String
    let client: HTTPClient

    func calls(limit: Int) async throws -> [String: Any] { try await get("/admin/calls?limit=\(limit)") }

    /// All totals, however many questions they take.
    func totals(portal: String, by scope: String, from: String, to: String) async throws -> [String: Any] {
        var (totals, last) = ([Any](), String?.none)
        repeat {
            var components = URLComponents()
            components.path = "/admin/totals"
            components.queryItems = [("portal", portal), ("by", scope), ("from", from), ("to", to), ("after", last)]
                .compactMap { name, value in value.map { URLQueryItem(name: name, value: $0) } }
            let answer = try await get(components.string ?? "/admin/totals")
            totals += answer["totals"] as? [Any] ?? []
            last = answer["next"] as? String
        } while last != nil
        return ["totals": totals]
    }

    func balance(_ portal: String) async throws -> [String: Any] {
        try await get("/admin/balance/\(Self.segment(portal))")
    }

    func portals(limit: Int, after: String?) async throws -> [String: Any] {
        var components = URLComponents()
        components.path = "/admin/portals"
        components.queryItems = [URLQueryItem(name: "limit", value: "\(limit)")]
        if let after { components.queryItems?.append(URLQueryItem(name: "after", value: after)) }
        return try await get(components.string ?? "/admin/portals")
    }

    func portal(_ id: String) async throws -> [String: Any] { try await get("/admin/portals/\(Self.segment(id))") }

    func addPortal(_ json: Data) async throws -> [String: Any] { try await send("/admin/portals", json) }

    func rotateKey(of portal: String, overlapSeconds: Int) async throws -> [String: Any] {
        let body = try JSONSerialization.data(withJSONObject: ["overlap_seconds": overlapSeconds])
        return try await send("/admin/portals/\(Self.segment(portal))/key", body)
    }

    static func segment(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? text
    }

    func get(_ path: String) async throws -> [String: Any] { try await send(path, nil) }

    func post(_ path: String, _ body: [String: Any]) async throws -> [String: Any] {
        try await send(path, try JSONSerialization.data(withJSONObject: body))
    }

    /// What an endpoint answers, whatever it is.
    func download(_ path: String) async throws -> Data { try await exchange(path, nil, atMost: 1 << 28) }

    /// POST with a body, GET without one.
    private func send(_ path: String, _ body: Data?) async throws -> [String: Any] {
        let data = try await exchange(path, body, atMost: 1 << 24)
        return (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
    }

    private func exchange(_ path: String, _ body: Data?, atMost length: Int) async throws -> Data {
        var request = HTTPClientRequest(url: url + path)
        if let body {
            request.method = .POST
            request.body = .bytes(ByteBuffer(data: body))
        }
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: .seconds(20))
        } catch {
            throw Failure(description: "The controller does not answer at \(url); is it running? Set controller.url.")
        }
        let data = Data(buffer: try await response.body.collect(upTo: length))
        guard response.status == .ok else {
            let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
            let message = (object["error"] as? [String: Any])?["msg"] as? String ?? "status \(response.status.code)"
            let hint = response.status == .forbidden ? " \(OperatorSession.tokenHint)" : ""
            throw Failure(description: "The controller refused: \(message).\(hint)")
        }
        return data
    }
}
