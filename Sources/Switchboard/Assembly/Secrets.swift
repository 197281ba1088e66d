import Digests
import Foundation

/// The keys that the systems of one installation share; made at the first start, kept in a file of their own.
struct Secrets: Codable, Sendable {
    /// Portal and controller derive the keys of their requests from it.
    var licenceKey: String
    /// Opens the controller's operator endpoints.
    var operatorToken: String
    /// API keys of the master accounts, by currency.
    var masterKeys: [String: String]

    static let fileName = "secrets.json"

    /// Reads the file of a data directory, or makes it, readable for its owner only.
    static func loadOrMake(in directory: String) throws -> Secrets {
        let url = URL(filePath: directory).appending(path: fileName)
        if FileManager.default.fileExists(atPath: url.path) {
            do {
                return try JSONDecoder().decode(Secrets.self, from: Data(contentsOf: url))
            } catch {
                throw AssemblyError.unreadableSecrets(path: url.path)
            }
        }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let secrets = Secrets(
            licenceKey: random(), operatorToken: random(),
            masterKeys: Dictionary(uniqueKeysWithValues: ["RUB", "UAH", "USD", "EUR"].map { ($0, random()) }))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let data = try encoder.encode(secrets)
        guard FileManager.default.createFile(atPath: url.path, contents: data, attributes: [.posixPermissions: 0o600])
        else { throw AssemblyError.unreadableSecrets(path: url.path) }
        return secrets
    }

    private static func random() -> String { Hexadecimal.encode(SecureRandom.bytes(32)) }
}
