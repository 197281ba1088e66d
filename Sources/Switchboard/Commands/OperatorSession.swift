import AsyncHTTPClient
import Foundation

/// A short visit to the controller's operator endpoints with the installation's token.
enum OperatorSession {
    /// Names the token of a person of the staff; without it the installation's own counts, on its own machine.
    static let tokenVariable = "OPERATOR_TOKEN"

    static func run<Result>(
        _ settings: Settings, _ body: (OperatorClient) async throws -> Result
    ) async throws -> Result {
        let token = try token(settings)
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            let result = try await body(
                OperatorClient(url: settings.url("controller"), token: token, client: http))
            try await http.shutdown()
            return result
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    /// Whose token a refused command was sent with, and where another one goes.
    static var tokenHint: String {
        ownToken == nil
            ? "\(tokenVariable) is empty, so the installation's own token was used; put the token of a person of the "
                + "staff there ('switchboard staff')."
            : "The token is that of \(tokenVariable); put there one that is valid and of the role that it needs."
    }

    private static var ownToken: String? {
        ProcessInfo.processInfo.environment[tokenVariable].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func token(_ settings: Settings) throws -> String {
        if let ownToken { return ownToken }
        return try Secrets.loadOrMake(in: settings.text("data.directory")).operatorToken
    }
}

/// JSON for programs that read the command's output.
enum JSONText {
    /// An object in one line.
    static func line(_ object: Any) throws -> String {
        let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }

    static func pretty(_ object: Any) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }
}
