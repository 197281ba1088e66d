import Hummingbird

/// A command that portals may send: `POST /portal/<name>` with a JSON object.
struct PortalCommand: Sendable {
    let name: String
    let answer: @Sendable (JSONValue, Portal) async throws -> Response

    init(_ name: String, _ answer: @escaping @Sendable (JSONValue, Portal) async throws -> JSONValue) {
        self.init(name, answering: { Answers.json(try await answer($0, $1)) })
    }

    init(_ name: String, answering answer: @escaping @Sendable (JSONValue, Portal) async throws -> Response) {
        self.name = name
        self.answer = answer
    }
}
