import Digests
import RequestSigning
import Storage
import Synchronization

/// The portal's licence keys: the present one, and the former one while the controller may still sign with it.
///
/// A key that was set later counts more than the configuration's; both lie sealed in the database.
final class KeyRing: Sendable {
    /// How long the controller's requests under the former key are taken.
    static let overlapSeconds: Int64 = 7 * 86_400
    /// Octets of a licence key.
    static let keyLength = 8...256
    private static let place = "licence_key"

    private struct Keys {
        var current: String
        var former: (key: String, until: Int64)?
    }

    private let database: Database
    private let seal: SecretSeal
    private let keys: Mutex<Keys>

    /// Reads what was set; `key` is the configuration's.
    static func load(_ database: Database, seal: SecretSeal, key: String) async throws -> KeyRing {
        let row = try await database.read { try $0.queryOne("SELECT * FROM licence_key WHERE id = 1") }
        guard let row, try seal.open(try row.text("configured_key"), for: place) == key else {
            return KeyRing(database, seal, Keys(current: key))
        }
        var keys = Keys(current: try seal.open(try row.text("key"), for: place))
        if let former = try row.optionalText("former_key"), let until = try row.optionalInteger("former_until") {
            keys.former = (try seal.open(former, for: place), until)
        }
        return KeyRing(database, seal, keys)
    }

    private init(_ database: Database, _ seal: SecretSeal, _ keys: Keys) {
        self.database = database
        self.seal = seal
        self.keys = Mutex(keys)
    }

    /// What the portal's own requests are signed with.
    func signing() -> RequestKey {
        RequestKey(licenceKey: keys.withLock { $0.current }, direction: .portalToController)
    }

    /// What the controller's requests may be signed with at that second.
    func accepted(at now: Int64) -> [RequestKey] {
        keys.withLock { keys in
            var accepted = [keys.current]
            if let former = keys.former, now < former.until { accepted.append(former.key) }
            return accepted.map { RequestKey(licenceKey: $0, direction: .controllerToPortal) }
        }
    }

    /// Takes a new key from now on; the same key again changes nothing.
    ///
    /// - Parameter configured: The key of the configuration; a later change there counts more than this one.
    func set(_ key: String, configured: String, at now: Int64) async throws {
        let current = keys.withLock { $0.current }
        guard key != current else { return }
        let former = (key: current, until: now + Self.overlapSeconds)
        let sealed = [key, former.key, configured].map { SQLValue.text(seal.seal($0, for: Self.place)) }
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO licence_key (id, key, former_key, configured_key, former_until) VALUES (1, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET key = excluded.key, former_key = excluded.former_key,
                    configured_key = excluded.configured_key, former_until = excluded.former_until
                """, sealed + [.integer(former.until)])
        }
        keys.withLock { $0 = Keys(current: key, former: former) }
    }
}
