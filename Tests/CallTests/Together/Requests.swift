import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import RequestSigning
import Synchronization

@testable import Switchboard

/// A company's signed requests, each sent anew until it is served; an answer that does not tell what to do is an error.
struct Requests: Sendable {
    struct Unclear: Error, CustomStringConvertible {
        let description: String
    }

    /// How often requests were served, broken off, and told to come again.
    final class Tally: Sendable {
        private let counts = Mutex((served: 0, broken: 0, refused: 0))

        var all: (served: Int, broken: Int, refused: Int) { counts.withLock { $0 } }
        func serve() { counts.withLock { $0.served += 1 } }
        func breakOff() { counts.withLock { $0.broken += 1 } }
        func refuse() { counts.withLock { $0.refused += 1 } }
    }

    private static let mostAttempts = 100

    let company: Company
    let controller: String
    let client: HTTPClient
    let tally: Tally

    @discardableResult
    func ask(_ command: String, _ fields: [String: Any] = [:]) async throws -> [String: Any] {
        let body = try JSONSerialization.data(withJSONObject: fields)
        for _ in 0..<Self.mostAttempts {
            let (response, data): (HTTPClientResponse, Data)
            do {
                response = try await client.execute(signed("/portal/\(command)", body), timeout: .seconds(30))
                data = Data(buffer: try await response.body.collect(upTo: 1 << 20))
            } catch {
                tally.breakOff()
                continue
            }
            let answer = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
            if response.status == .ok, answer["error"] == nil {
                tally.serve()
                return answer
            }
            guard response.status == .serviceUnavailable, response.headers.contains(name: "Retry-After"),
                answer["error"] != nil
            else { throw Unclear(description: "\(command): \(response.status) \(answer)") }
            tally.refuse()
        }
        throw Unclear(description: "\(command) of \(company.name) is not served")
    }

    private func signed(_ path: String, _ body: Data) -> HTTPClientRequest {
        let message = SignedRequest(
            method: "POST", path: path, body: Array(body), time: Int64(Date().timeIntervalSince1970),
            nonce: UUID().uuidString)
        let key = RequestKey(licenceKey: company.licenceKey, direction: .portalToController)
        var request = HTTPClientRequest(url: controller + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: SignatureHeader.portal, value: company.name)
        request.headers.add(name: SignatureHeader.time, value: String(message.time))
        request.headers.add(name: SignatureHeader.nonce, value: message.nonce)
        request.headers.add(name: SignatureHeader.signature, value: message.signature(key))
        request.body = .bytes(ByteBuffer(data: body))
        return request
    }
}
