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
    /// Seals the secrets in the databases of controller and portal: 64 hexadecimal digits.
    var storageKey: String
    /// Secrets of the payment systems that may confirm payments, by their names; `switchboard payment key` makes them.
    var paymentKeys: [String: String]?
    /// Those that they had before and that are good for a while.
    var formerPaymentKeys: [String: FormerKey]?
    static let fileName = "secrets.json"

    /// Reads the file of a data directory, or makes it, readable for its owner only.
    static func loadOrMake(in directory: String) throws -> Secrets {
        let url = file(in: directory)
        if FileManager.default.fileExists(atPath: url.path) {
            return try read(url)
        }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let secrets = Secrets(
            licenceKey: random(), operatorToken: random(),
            masterKeys: Dictionary(uniqueKeysWithValues: ["RUB", "UAH", "USD", "EUR"].map { ($0, random()) }),
            storageKey: random())
        try secrets.write(url)
        return secrets
    }

    /// - Throws: ``AssemblyError/unreadableSecrets(path:)``
    static func read(in directory: String) throws -> Secrets { try read(file(in: directory)) }

    static func file(in directory: String) -> URL { URL(filePath: directory).appending(path: fileName) }

    /// A file from before there was a storage key gets one.
    private static func read(_ url: URL) throws -> Secrets {
        guard let data = try? Data(contentsOf: url),
            var fields = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any]
        else { throw AssemblyError.unreadableSecrets(path: url.path) }
        let isOlder = fields["storageKey"] == nil
        if isOlder { fields["storageKey"] = random() }
        guard let whole = try? JSONSerialization.data(withJSONObject: fields),
            let secrets = try? JSONDecoder().decode(Secrets.self, from: whole)
        else { throw AssemblyError.unreadableSecrets(path: url.path) }
        if isOlder { try secrets.write(url) }
        return secrets
    }

    /// Writes the file of a data directory anew.
    func save(in directory: String) throws {
        try write(Self.file(in: directory))
    }

    /// A running server may read at any moment: it finds the former file or the whole new one.
    private func write(_ url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let data = try encoder.encode(self)
        let draft = url.path + ".new"
        guard FileManager.default.createFile(atPath: draft, contents: data, attributes: [.posixPermissions: 0o600]),
            rename(draft, url.path) == 0
        else { throw AssemblyError.unreadableSecrets(path: url.path) }
    }

    static func random() -> String { Hexadecimal.encode(SecureRandom.bytes(32)) }
}
