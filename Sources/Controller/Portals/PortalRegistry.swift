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
    private let asked = Mutex(AskedPortals())
    private let outage = Mutex(LicenceOutage())
    private let locks: PortalLocks
    private let questions: Turnstile

    /// - Parameter connect: Gives a portal the connections of its record.
    init(
        store: PortalStore, server: LicenceServer?, policy: LicencePolicy, now: @escaping @Sendable () -> Moment,
        logger: Logger, connect: @escaping @Sendable (PortalRecord) -> Portal
    ) {
        self.store = store
        self.server = server
        self.policy = policy
        self.now = now
        questions = Turnstile(width: 32, mostWaiting: 10_000, now: now)
        self.logger = logger
        self.connect = connect
        portals = RowMemory(of: store.database, changes: .portals) { PortalID(rawValue: $0) }
        locks = PortalLocks(database: store.database, work: "licence")
    }

    /// The portal, if it has been here before; nobody is asked.
    func find(_ id: PortalID) async throws -> Portal? {
        guard id.isWellFormed else { return nil }
        return try await portals.value(id) { try await store.find(id).map(connect) }
    }

    /// The portal as its row is now, whatever is remembered of it.
    func read(_ id: PortalID) async throws -> Portal? {
        portals.forget(id)
        return try await find(id)
    }

    /// The portal as it is after a request that no key of `known` has signed: it may be new, or have a new key.
    ///
    /// The licence server is asked at most once a minute about a portal, and about every one: also in vain, about those of
    /// the built-in table, so that what strangers are told does not say who is known.
    /// - Returns: Nil when nothing is known but `known`.
    /// - Throws: `ControllerError` with `licenceServerAway` when it must be asked and does not answer, `busy`.
    func renewed(_ id: PortalID, insteadOf known: Portal?) async throws -> Portal? {
        guard server != nil, id.isWellFormed else { return nil }
        if wasAsked(id) { return try await changed(id, since: known) }
        return try await locks.withLock(id) { [self] in
            // Whoever was here before has asked.
            if let changed = try await changed(id, since: known) { return changed }
            if wasAsked(id) { return nil }
            let answer = try await question(id)
            let isOfTable = known.map { $0.licence.checkedAt == nil } ?? false
            let renewed = isOfTable ? nil : try await write(answer, of: id)
            // Noted when it is written down: whoever finds the note finds the new key, too.
            asked.withLock { $0.note(id, at: now()) }
            return renewed
        }
    }

    private func wasAsked(_ id: PortalID) -> Bool { asked.withLock { $0.has(id, at: now()) } }

    /// The portal if it has other keys than `known`.
    private func changed(_ id: PortalID, since known: Portal?) async throws -> Portal? {
        guard let found = try await find(id), found.keys != known?.keys else { return nil }
        return found
    }

    /// The portal as it is after its licence was looked at.
    ///
    /// - Throws: `ControllerError` with `licence` when it has ended, `licenceServerAway` when nobody says so and the time
    ///   of grace is over.
    func licensed(_ portal: Portal) async throws -> Portal {
        switch portal.licence.verdict(at: now(), policy) {
        case .valid: return portal
        case .ended: throw Self.ended
        // Nobody waits for a server that did not answer somebody else.
        case .ask(isEnough: true) where outage.withLock({ $0.isOn(at: now()) }): return portal
        case .ask(let isEnough):
            do {
                return try await locks.withLock(portal.id) { [self] in try await looked(at: portal) }
            } catch let error where isEnough && Self.isPassing(error) {
                logger.warning(
                    "licence not renewed, the last answer counts",
                    metadata: ["portal.id": "\(portal.id)", "error": "\(error)"])
                return portal
            }
        }
    }

    /// Whether the portal's calls are routed: for some days after its licence has ended, and never kept waiting by a question
    /// whose answer would not change that.
    func servesCalls(of portal: Portal) async -> Bool {
        if case .valid = portal.licence.verdict(at: now(), policy) { return true }
        if portal.licence.servesCalls(at: now(), policy) {
            // A portal that only has calls never asks for anything itself: its licence is looked at beside them.
            Task { try? await licensed(portal) }
            return true
        }
        if (try? await licensed(portal)) != nil { return true }
        logger.warning("call refused, the licence has ended", metadata: ["portal.id": "\(portal.id)"])
        return false
    }

    private func looked(at portal: Portal) async throws -> Portal {
        var latest = try await find(portal.id)
        // Whoever held the lock before may have asked.
        if case .ask? = latest?.licence.verdict(at: now(), policy) {
            latest = try await write(try await question(portal.id), of: portal.id)
        }
        guard let latest, case .valid = latest.licence.verdict(at: now(), policy) else { throw Self.ended }
        return latest
    }

    /// Whether it says nothing of the licence: not of the server's making, nor of the caller's.
    private static func isPassing(_ error: any Error) -> Bool {
        (error as? ControllerError)?.code != .licence && !(error is CancellationError)
    }

    /// The portal as the licence server says now; nil when it has not come from there.
    func renewedByServer(_ id: PortalID) async throws -> PortalRecord? {
        guard server != nil, try await store.find(id)?.licence.checkedAt != nil else { return nil }
        _ = try await locks.withLock(id) { [self] in try await write(try await question(id), of: id) }
        return try await store.find(id)
    }

    private static var ended: ControllerError {
        ControllerError(.licence, "the portal's licence has ended; renew it")
    }

    /// Asks the licence server, unless that is of no use at the moment.
    ///
    /// - Throws: `ControllerError` with `licenceServerAway` or `busy`.
    private func question(_ id: PortalID) async throws -> LicenceServer.Answer {
        guard let server else { throw Self.ended }
        let away = ControllerError(
            .licenceServerAway, "the licence server gives no answer; ask again in some minutes")
        let answer = try await questions.pass {
            guard outage.withLock({ $0.mayAsk(at: now()) }) else { throw away }
            let began = now()
            let answer = await server.ask(id)
            // Whoever goes away himself says nothing of the server.
            if !Task.isCancelled { outage.withLock { $0.note(isAway: answer.isAway, askedAt: began, at: now()) } }
            return answer
        }
        switch answer {
        case .licensed, .none: return answer
        case .away(let reason), .unreadable(let reason):
            logger.warning("no licence server", metadata: ["portal.id": "\(id)", "error": "\(reason)"])
            throw away
        }
    }

    /// Writes an answer down; nil when nobody knows such a portal.
    private func write(_ answer: LicenceServer.Answer, of id: PortalID) async throws -> Portal? {
        let moment = now()
        let record = try await change(id) { before in
            guard case .licensed(let licence) = answer else { return before?.unlicensed(at: moment) }
            return .licensed(by: licence, id, before: before, at: moment)
        }
        return record.map(connect)
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
