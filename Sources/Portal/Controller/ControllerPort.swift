import AsyncHTTPClient
import CRM
import Foundation

/// Why the controller did not do what it was asked.
enum ControllerFailure: Error, Sendable, Hashable {
    /// Not reached, not ready, or not willing to believe us: the same request may succeed later.
    case unavailable(String)
    /// The request itself was refused; asking again gives the same.
    case refused(code: String, message: String)
}

/// Sends the portal's commands to the controller: `POST /portal/<Command>`, signed.
struct ControllerPort: Sendable {
    private let client: SignedClient
    private let limit: Duration

    init(client: SignedClient, limit: Duration) {
        self.client = client
        self.limit = limit
    }

    /// The controller's answer.
    @discardableResult
    func ask(_ command: String, _ body: JSONValue) async throws(ControllerFailure) -> JSONValue {
        let answer: Data
        do {
            answer = try await client.post("/portal/\(command)", json: try body.encoded(), limit: limit)
        } catch {
            throw Self.failure(error)
        }
        guard let value = try? JSONValue(parsing: answer) else {
            throw .unavailable("the controller's answer is not valid JSON")
        }
        if let refusal = Self.refusal(value) { throw refusal }
        return value
    }

    /// The controller's answer while it comes, however long it is.
    func stream(_ command: String, _ body: JSONValue) async throws(ControllerFailure) -> HTTPClientResponse.Body {
        do {
            return try await client.stream("/portal/\(command)", json: try body.encoded(), limit: limit)
        } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: any Error) -> ControllerFailure {
        switch error {
        case SignedClient.Failure.status(let status, let body):
            // 403 is a clock or a key that somebody has to put right; the request itself may be good.
            guard (400..<500).contains(status), ![403, 408, 425, 429].contains(status) else {
                return .unavailable("the controller answered with status \(status)")
            }
            let refusal = (try? JSONValue(parsing: body)).flatMap(refusal)
            return refusal ?? .refused(code: "STATUS_\(status)", message: "the controller answered with \(status)")
        case SignedClient.Failure.unreachable(let reason):
            return .unavailable("the controller cannot be reached: \(reason)")
        default: return .unavailable("the controller's answer is too long or the request cannot be written")
        }
    }

    /// `{"error":{"code":…,"msg":…}}`
    private static func refusal(_ answer: JSONValue) -> ControllerFailure? {
        guard case .object(let fields) = answer, case .object(let error)? = fields["error"] else { return nil }
        func text(_ key: String) -> String {
            switch error[key] {
            case .text(let text): text
            case .integer(let code): String(code)
            default: ""
            }
        }
        return .refused(code: text("code"), message: text("msg"))
    }
}
