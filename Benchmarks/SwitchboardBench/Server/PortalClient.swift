import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// What the benchmark asks of the portal, as an employee's browser would.
struct PortalClient {
    struct PhoneCredentials: Sendable {
        var domain: String
        var user: String
        var password: String
    }

    let url: String
    let client: HTTPClient

    /// The SIP account of an employee's desk phone; the first question makes the accounts at the platform.
    func phoneCredentials(login: String, password: String) async throws -> PhoneCredentials {
        let session = try await ask("/api/login", ["login": login, "password": password], token: nil)
        let answer = try await ask("/api/phone/credentials", nil, token: try text("token", session))
        return PhoneCredentials(
            domain: try text("domain", answer), user: try text("phone_login", answer),
            password: try text("phone_password", answer))
    }

    private func text(_ key: String, _ answer: [String: Any]) throws -> String {
        guard let text = answer[key] as? String else {
            throw ServerProcess.Failure(description: "The portal's answer has no \(key).")
        }
        return text
    }

    private func ask(_ path: String, _ body: [String: String]?, token: String?) async throws -> [String: Any] {
        var request = HTTPClientRequest(url: url + path)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(data: try JSONSerialization.data(withJSONObject: body)))
        }
        let response = try await client.execute(request, timeout: .seconds(20))
        let data = Data(buffer: try await response.body.collect(upTo: 1 << 20))
        guard response.status == .ok else {
            throw ServerProcess.Failure(
                description: "\(path) was answered by \(response.status.code): \(String(decoding: data, as: UTF8.self))"
            )
        }
        return try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
    }
}
