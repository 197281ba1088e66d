import CallControl
import Storage
import Synchronization
import VoiceEngine

/// Users, rules and numbers as calls need them: read from the database once, then served from memory until they change.
///
/// Changes over the management API are seen by the next look-up after the API has answered.
public final class Directory: Sendable {
    private let database: Database
    private let platformDomain: String
    private let cache = Mutex(Cache())

    private struct Cache {
        /// Grows with every change, so that a read which began before the change is not stored after it.
        var generation = 0
        var applications: [String: ApplicationSnapshot] = [:]
        var numbers: [String: DirectoryBinding] = [:]
        var registrations: [OutboundRegistrationID: DirectoryBinding] = [:]
    }

    /// Applications held in memory; the whole cache is dropped when there are more.
    private static let maximumApplications = 1000
    private static let maximumNumbers = 10_000
    private static let maximumRegistrations = 10_000

    init(database: Database, platformDomain: String) {
        self.database = database
        self.platformDomain = platformDomain
    }

    /// An active user of an active account; nil when there is none.
    public func user(_ name: String, domain: String) async throws -> DirectoryUser? {
        guard let snapshot = try await application(domain: domain), snapshot.account.isActive else { return nil }
        return snapshot.users[name]
    }

    /// The application of a SIP domain.
    func application(domain: String) async throws -> ApplicationSnapshot? {
        let (cached, generation) = cache.withLock { ($0.applications[domain], $0.generation) }
        if let cached { return cached }
        let platformDomain = platformDomain
        let found = try await database.read {
            try DirectoryReader(transaction: $0, platformDomain: platformDomain).snapshot(domain: domain)
        }
        guard let found else { return nil }
        cache.withLock { cache in
            guard cache.generation == generation else { return }
            if cache.applications.count >= Self.maximumApplications { cache.applications = [:] }
            cache.applications[domain] = found
        }
        return found
    }

    /// Where calls to a number go; nil for a number that nobody has bound.
    func number(_ digits: String) async throws -> DirectoryBinding? {
        let (cached, generation) = cache.withLock { ($0.numbers[digits], $0.generation) }
        if let cached { return cached }
        let platformDomain = platformDomain
        let found = try await database.read {
            try DirectoryReader(transaction: $0, platformDomain: platformDomain).number(digits)
        }
        guard let found else { return nil }
        cache.withLock { cache in
            guard cache.generation == generation else { return }
            if cache.numbers.count >= Self.maximumNumbers { cache.numbers = [:] }
            cache.numbers[digits] = found
        }
        return found
    }

    /// Where calls that come because of a registration go; nil for one that is not bound, not paid or deleted.
    func registration(_ id: OutboundRegistrationID) async throws -> DirectoryBinding? {
        let (cached, generation) = cache.withLock { ($0.registrations[id], $0.generation) }
        if let cached { return cached }
        let platformDomain = platformDomain
        let found = try await database.read {
            try DirectoryReader(transaction: $0, platformDomain: platformDomain).registration(id)
        }
        guard let found else { return nil }
        cache.withLock { cache in
            guard cache.generation == generation else { return }
            if cache.registrations.count >= Self.maximumRegistrations { cache.registrations = [:] }
            cache.registrations[id] = found
        }
        return found
    }

    /// Forgets what is known of an account.
    ///
    /// - Parameter withChildren: What is known of its children, too.
    func changed(_ account: AccountID, withChildren: Bool = false) {
        cache.withLock { cache in
            cache.generation += 1
            cache.applications = cache.applications.filter { _, found in
                found.account.id != account && !(withChildren && found.account.parentID == account)
            }
            // Which account a number was of may be what has changed.
            cache.numbers = [:]
            cache.registrations = [:]
        }
    }
}
