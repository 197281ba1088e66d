import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import RequestSigning

/// The callback of a payment system, signed at a moment.
struct SignedCallback: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let address: String
    let body: String
    let time: Int64
    let payment: String
    let signature: String

    /// - Throws: ``Failure`` for a secret that cannot sign.
    init(
        url: String, system: String, secret: String, payment: String, fields: [String: String], time: Int64
    ) throws {
        guard let key = RequestKey(hexadecimal: secret), let base = URLComponents(string: url) else {
            throw Failure(description: "The payment system's key cannot be used; make it anew.")
        }
        let data = try JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys, .withoutEscapingSlashes])
        body = String(decoding: data, as: UTF8.self)
        address = "\(url)/payments/\(system)"
        (self.time, self.payment) = (time, payment)
        signature = SignedRequest(
            method: "POST", path: "\(base.percentEncodedPath)/payments/\(system)", body: Array(data), time: time,
            nonce: payment
        ).signature(key)
    }

    private var headers: [(String, String)] {
        [
            ("Content-Type", "application/json"), (SignatureHeader.time, String(time)),
            (SignatureHeader.payment, payment), (SignatureHeader.signature, signature),
        ]
    }

    /// For programs that send it themselves.
    var parts: [String: Any] {
        [
            "url": address, "body": body,
            "headers": Dictionary(headers, uniquingKeysWith: { first, _ in first }),
        ]
    }

    /// A command for a shell.
    var curl: String {
        func quoted(_ text: String) -> String { "'" + text.replacing("'", with: #"'\''"#) + "'" }
        let lines = headers.map { "-H \(quoted("\($0): \($1)"))" } + ["-d \(quoted(body))", quoted(address)]
        return "curl " + lines.joined(separator: " \\\n  ")
    }

    /// Sends it, and gives the controller's answer.
    ///
    /// - Throws: ``Failure`` with the controller's reason when it did not take the payment.
    func send() async throws -> [String: Any] {
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            let answer = try await ask(http)
            try await http.shutdown()
            return answer
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    private func ask(_ http: HTTPClient) async throws -> [String: Any] {
        var request = HTTPClientRequest(url: address)
        request.method = .POST
        request.headers = HTTPHeaders(headers)
        request.body = .bytes(ByteBuffer(string: body))
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request, timeout: .seconds(20))
        } catch {
            throw Failure(
                description: "The controller does not answer at \(address); is it running? Set controller.url.")
        }
        let data = Data(buffer: try await response.body.collect(upTo: 1 << 20))
        let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
        guard response.status == .ok else {
            let error = object["error"] as? [String: Any]
            let reason = error?["msg"] as? String ?? "status \(response.status.code)"
            throw Failure(description: "The controller refused (\(error?["code"] ?? "no code")): \(reason).")
        }
        return object
    }
}
