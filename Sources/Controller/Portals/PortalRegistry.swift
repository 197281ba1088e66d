import CRM
import Logging
import Storage
import Synchronization

/// Knows the portals that may use telephony: rows of the database, made and renewed by the built-in licence table or by
/// the licence server.
final class PortalRegistry: Sendable {
    let store: PortalStore
    let now: @Sendable () -> Moment
    let logger: Logger
    private let server: LicenceServer?
    private let policy: LicencePolicy
    private let connect: @Sendable (PortalRecord) -> Portal
    private let portals: RowMemory<PortalID, Portal>
    private let unknown = Mutex(UnknownPortals())
    private let locks: PortalLocks
    private let questions = Turnstile(width: 32, mostWaiting: 10_000)

    /// - Parameter connect: Gives a portal the connections of its record.
    init(
        store: PortalStore, server: LicenceServer?, policy: LicencePolicy, now: @escaping @Sendable () -> Moment,
        logger: Logger, connect: @escaping @Sendable (PortalRecord) -> Portal
    ) {
        self.store = store
        self.server = server
        self.policy = policy
        self.now = now
        self.logger = logger
        self.connect = connect
        portals = RowMemory(of: store.database, changes: .portals) { PortalID(rawValue: $0) }
        locks = PortalLocks(database: store.database, work: "licence")
    }

    /// The portal, if it has been here before; nobody is asked.
    func find(_ id: PortalID) async throws -> Portal? {
        try await portals.value(id) { try await store.find(id).map(connect) }
    }

    /// The portal; one that has not been here before is asked for at the licence server.
    ///
    /// - Throws: `ControllerError` with `licenceServerAway` when it must be asked and does not answer, `busy`.
    func admit(_ id: PortalID) async throws -> Portal? {
        guard id.isWellFormed else { return nil }
        if let portal = try await find(id) { return portal }
        guard server != nil, !unknown.withLock({ $0.has(id, at: now()) }) else { return nil }
        return try await locks.withLock(id) { [self] in
            if let portal = try await find(id) { return portal }
            if unknown.withLock({ $0.has(id, at: now()) }) { return nil }
            return try await renew(id)
        }
    }

    /// The portal as it is after its licence was looked at.
    ///
    /// - Throws: `ControllerError` with `licence` when it has ended, `licenceServerAway` when nobody says so and the time
    ///   of grace is over.
    func licensed(_ portal: Portal) async throws -> Portal {
        switch portal.licence.verdict(at: now(), policy) {
        case .valid: return portal
        case .ended: throw Self.ended
        case .ask: return try await locks.withLock(portal.id) { [self] in try await asked(portal) }
        }
    }

    private func asked(_ portal: Portal) async throws -> Portal {
        let portal = try await find(portal.id) ?? portal
        guard case .ask(let isEnough) = portal.licence.verdict(at: now(), policy) else {
            return try await licensed(portal)
        }
        do {
            guard let renewed = try await renew(portal.id) else { throw Self.ended }
            guard case .valid = renewed.licence.verdict(at: now(), policy) else { throw Self.ended }
            return renewed
        } catch let error as ControllerError where error.code != .licence && isEnough {
            logger.warning(
                "licence not renewed, the last answer counts",
                metadata: ["portal.id": "\(portal.id)", "error": "\(error)"])
            return portal
        }
    }

    /// The portal as the licence server says now; nil when it has not come from there.
    func renewedByServer(_ id: PortalID) async throws -> PortalRecord? {
        guard server != nil, try await store.find(id)?.licence.checkedAt != nil else { return nil }
        _ = try await locks.withLock(id) { [self] in try await renew(id) }
        return try await store.find(id)
    }

    private static var ended: ControllerError {
        ControllerError(.licence, "the portal's licence has ended; renew it")
    }

    /// Asks the licence server and writes its answer down; nil when it knows no such licence.
    private func renew(_ id: PortalID) async throws -> Portal? {
        guard let server else { throw Self.ended }
        switch try await questions.pass({ await server.ask(id) }) {
        case .licensed(let licence):
            let moment = now()
            let record = try await change(id) { .licensed(by: licence, id, before: $0, at: moment) }
            return record.map(connect)
        case .none:
            let moment = now()
            let record = try await change(id) { $0?.unlicensed(at: moment) }
            if record == nil { unknown.withLock { $0.note(id, at: moment) } }
            return record.map(connect)
        case .away(let reason):
            logger.warning("no licence server", metadata: ["portal.id": "\(id)", "error": "\(reason)"])
            throw ControllerError(.licenceServerAway, "the licence server does not answer; ask again in some minutes")
        }
    }

    /// Changes what is written of a portal, for everybody who asks from now on.
    @discardableResult
    func change(
        _ id: PortalID, _ act: StaffAct? = nil,
        _ change: @escaping @Sendable (PortalRecord?) throws -> PortalRecord?
    ) async throws -> PortalRecord? {
        defer { portals.forget(id) }
        return try await store.update(id, act, change)
    }
}
