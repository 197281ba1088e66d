import HTTPTypes
import Hummingbird
import RequestSigning

/// A door of the controller: a method, a path, who may pass, and what happens then.
///
/// Whoever may pass is part of the work itself, so that there is no endpoint without an answer to that question.
struct Endpoint: Sendable {
    enum Work: Sendable {
        /// For everybody; what must be secret carries its own proof, such as a link that expires.
        case open(@Sendable (Visit) async throws -> Response)
        /// For portals or their scenarios, by the signature of their direction.
        case signed(RequestKey.Direction, @Sendable (RequestGate.Admitted) async throws -> Response)
        /// For outside payment systems, by the signature of their own key.
        case payment(@Sendable (PaymentGate.Admitted) async throws -> Response)
        /// For persons of the operator's staff whose role permits this one.
        case staff(StaffRole, @Sendable (Visit) async throws -> Response)
    }

    let method: HTTPRequest.Method
    /// Without a leading slash; parts that vary begin with a colon.
    let path: String
    let work: Work

    init(_ method: HTTPRequest.Method, _ path: String, _ work: Work) {
        self.method = method
        self.path = path
        self.work = work
    }

    static func staff(
        _ role: StaffRole, _ method: HTTPRequest.Method, _ path: String,
        _ answer: @escaping @Sendable (Visit) async throws -> JSONValue
    ) -> Endpoint {
        Endpoint(method, path, .staff(role) { Answers.json(try await answer($0)) })
    }

    /// What logs call it.
    var name: String { path.split(separator: "/").first.map(String.init) ?? "root" }
}
