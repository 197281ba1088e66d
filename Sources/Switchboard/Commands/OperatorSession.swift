import AsyncHTTPClient
import Foundation

/// A short visit to the controller's operator endpoints with the installation's token.
enum OperatorSession {
    static func run<Result>(
        _ settings: Settings, _ body: (OperatorClient) async throws -> Result
    ) async throws -> Result {
        let secrets = try Secrets.loadOrMake(in: settings.text("data.directory"))
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        do {
            let result = try await body(
                OperatorClient(url: settings.url("controller"), token: secrets.operatorToken, client: http))
            try await http.shutdown()
            return result
        } catch {
            try? await http.shutdown()
            throw error
        }
    }
}

/// JSON for programs that read the command's output.
enum JSONText {
    static func pretty(_ object: Any) throws -> String {
        let data = try JSONSerialization.data(
            withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: data, as: UTF8.self)
    }
}
