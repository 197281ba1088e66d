import Digests
import Foundation
import Storage

/// Links to recordings that open one recording until they expire, and nothing else.
///
/// A link carries portal, call and end with an HMAC-SHA-256 (RFC 2104) over them; its key is random, made once and kept
/// sealed in the database, so links outlive a restart and every controller of the database knows them.
struct RecordingLinks: Sendable {
    /// What a link opens.
    struct Target: Sendable, Equatable {
        var portal: PortalID
        var call: CallKey
        var expiresAt: Moment
    }

    /// In seconds.
    static let lives: ClosedRange<Int64> = 60...86_400
    static let usualLife: Int64 = 3600
    private static let longestToken = 2048
    private static let keyPlace = "link_key.secret/1"

    let database: Database
    let secrets: StoredSecrets
    /// Without a slash at the end.
    let publicURL: String
    private let keys = RowMemory<Int, [UInt8]>(capacity: 1)

    init(database: Database, secrets: StoredSecrets, publicURL: String) {
        self.database = database
        self.secrets = secrets
        self.publicURL = publicURL
    }

    func address(_ target: Target) async throws -> String {
        let text = "\(target.expiresAt.seconds) \(target.portal.rawValue.utf8.count) \(target.portal)\(target.call)"
        let body = Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
        return "\(publicURL)/recordings/\(body).\(Hexadecimal.encode(try await signature(body)))"
    }

    /// What the link opens; nil for every link that is wrong or has expired.
    func target(_ token: String, at moment: Moment) async throws -> Target? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard token.utf8.count <= Self.longestToken, parts.count == 2, let given = Hexadecimal.decode(parts[1]) else {
            return nil
        }
        guard ConstantTime.equal(try await signature(String(parts[0])), given),
            let target = Self.target(String(parts[0])), moment < target.expiresAt
        else { return nil }
        return target
    }

    private static func target(_ body: String) -> Target? {
        let padding = String(repeating: "=", count: (4 - body.count % 4) % 4)
        let usual = body.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let data = Data(base64Encoded: usual) else { return nil }
        let parts = data.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let seconds = Int64(String(decoding: parts[0], as: UTF8.self)),
            let length = Int(String(decoding: parts[1], as: UTF8.self)), (0...parts[2].count).contains(length),
            let call = CallKey(rawValue: String(decoding: parts[2].dropFirst(length), as: UTF8.self))
        else { return nil }
        return Target(
            portal: PortalID(rawValue: String(decoding: parts[2].prefix(length), as: UTF8.self)), call: call,
            expiresAt: Moment(milliseconds: seconds * 1000))
    }

    private func signature(_ body: String) async throws -> [UInt8] {
        HashFunction.sha256.authenticationCode("recording \(body)".utf8, key: try await key())
    }

    /// - Throws: `ControllerError` with `wrongConfiguration` when another storage key has sealed it.
    private func key() async throws -> [UInt8] {
        let key = try await keys.value(1) {
            let fresh = Secret(Hexadecimal.encode(SecureRandom.bytes(32)))
            return try await database.write { try Hexadecimal.decode(storedKey(orNew: fresh, in: $0).revealed) }
        }
        guard let key else { throw ControllerError(.internalFailure, "the key of links is damaged; restore a backup") }
        return key
    }

    /// The key of the first time; one that stands open, from before keys were sealed, is sealed.
    private func storedKey(orNew fresh: Secret, in transaction: Transaction) throws -> Secret {
        try transaction.execute(
            "INSERT INTO link_key (id, secret) VALUES (1, ?) ON CONFLICT (id) DO NOTHING",
            [.text(secrets.sealed(fresh, Self.keyPlace))])
        guard let text = try transaction.queryOne("SELECT secret FROM link_key WHERE id = 1")?.text("secret") else {
            return fresh
        }
        let key = try secrets.opened(text, Self.keyPlace)
        if !SecretSeal.isSealed(text) {
            try transaction.execute(
                "UPDATE link_key SET secret = ? WHERE id = 1", [.text(secrets.sealed(key, Self.keyPlace))])
        }
        return key
    }
}
