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

    private static func token(_ settings: Settings) throws -> String {
        if let own = ProcessInfo.processInfo.environment[tokenVariable], !own.isEmpty { return own }
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
