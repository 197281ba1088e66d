import Foundation
import Logging
import Storage

/// Gives every line's settings, from the portal once, then from memory of this system and of the platform.
struct LineSettingsCache: Sendable {
    /// The platform's limit for one value; longer settings are asked for each time the platform has forgotten them.
    static let longestItem = 2000
    private static let longestKey = 200
    /// How long the platform keeps them, in seconds.
    static let itemLife = 86_400

    let store: LineSettingsStore
    let provisioner: Provisioner
    let now: @Sendable () -> Moment
    let logger: Logger
    /// A refresh that began before a later one ended must not write over it.
    let locks: PortalLocks
    /// Portals that have kept somebody waiting for nothing.
    private let slow = SlowPortals()
    /// What texts mean, so that a text is read once and not at each call.
    private let meanings = RowMemory<String, LineSettings>(capacity: 1000)

    init(
        store: LineSettingsStore, provisioner: Provisioner, now: @escaping @Sendable () -> Moment, logger: Logger,
        locks: PortalLocks
    ) {
        self.store = store
        self.provisioner = provisioner
        self.now = now
        self.logger = logger
        self.locks = locks
    }

    /// The settings in force.
    ///
    /// A line seen for the first time, or changed since, is asked for at the portal, once for all who wait; when that fails,
    /// what was good last stays in force. A portal that has kept a call waiting is not asked again for the next seconds.
    /// - Throws: `ControllerError` when there never were any: `lineUnknown`, `portalAway`, `settingsInvalid`.
    func settings(_ line: LineKey, phoneNumber: String, _ portal: Portal) async throws -> LineSettings {
        let stored = try await store.find(line, portal.id)
        guard let stored else { return try await asked(line, phoneNumber: phoneNumber, portal) }
        guard stored.isStale, !slow.contains(portal.id, at: now()) else { return try await read(stored.text, portal) }
        do {
            return try await asked(line, phoneNumber: phoneNumber, portal)
        } catch let error as ControllerError where error.code == .lineUnknown {
            throw error
        } catch {
            return try await read(stored.text, portal)
        }
    }

    /// The portal's answer, or the one that somebody else has got while this one waited.
    private func asked(_ line: LineKey, phoneNumber: String, _ portal: Portal) async throws -> LineSettings {
        let begin = now()
        return try await locks.withLock(portal.id) {
            if let stored = try await store.find(line, portal.id), !stored.isStale {
                return try await read(stored.text, portal)
            }
            if slow.contains(portal.id, since: begin) {
                throw ControllerError(.portalAway, "the portal has not answered in time")
            }
            return try await taken(line, phoneNumber: phoneNumber, portal)
        }
    }

    /// Asks the portal again after a change and brings platform and database to its answer.
    ///
    /// - Throws: `ControllerError`: `settingsInvalid` (the old ones stay in force, the error is stored), `portalAway`
    ///   (the old ones stay until the next call asks again), `lineUnknown` (the line is forgotten).
    func changed(_ line: LineKey, _ portal: Portal) async throws {
        let affected = try await store.affected(by: line, portal.id)
        var failure: ControllerError?
        for stored in affected {
            do {
                try await refresh(stored.line, phoneNumber: stored.phoneNumber, portal, isToPush: true)
            } catch {
                let error = ControllerError.external(error)
                failure = failure ?? error
                if error.code != .settingsInvalid { try await drop(stored.line, portal) }
            }
        }
        // Nobody has asked for the line yet: nothing here, but a platform may hold it from an earlier life.
        if affected.isEmpty { try await drop(line, portal) }
        if let failure { throw failure }
    }

    /// - Parameter isToPush: Whether the platform gets them, too, before a later refresh can begin.
    @discardableResult
    private func refresh(
        _ line: LineKey, phoneNumber: String, _ portal: Portal, isToPush: Bool = false
    ) async throws -> LineSettings {
        try await locks.withLock(portal.id) {
            let settings = try await taken(line, phoneNumber: phoneNumber, portal)
            if isToPush { try await push(settings, line, portal) }
            return settings
        }
    }

    /// What the portal says, written down; under the portal's lock.
    private func taken(_ line: LineKey, phoneNumber: String, _ portal: Portal) async throws -> LineSettings {
        let begin = now()
        let settings: LineSettings
        do {
            let answer = try await portal.client.send(
                "LineSettings", ["SEARCH_ID": .text(line.rawValue), "PHONE_NUMBER": .text(phoneNumber)])
            settings = try LineSettings(answer, region: portal.access.region)
        } catch {
            slow.note(portal.id, from: begin, to: now(), limit: portal.client.limit)
            throw try await refused(line, portal, error)
        }
        try await store.save(settings, line, phoneNumber: phoneNumber, portal.id, at: now())
        return settings
    }

    /// Remembers why the portal's answer was not taken, and says it.
    private func refused(_ line: LineKey, _ portal: Portal, _ error: any Error) async throws -> any Error {
        logger.warning(
            "line settings not taken",
            metadata: ["portal.id": "\(portal.id)", "error": "\(error)"])
        switch error {
        case let error as LineSettings.Invalid:
            try await store.markStale(line, portal.id, error: error.description)
            return ControllerError(.settingsInvalid, error.description)
        case let error as ControllerError where error.code == .lineUnknown:
            try await store.delete(line, portal.id)
        case let error as ControllerError:
            try await store.markStale(line, portal.id, error: error.message)
        default: break
        }
        return error
    }

    /// Puts the settings where the account's scenarios read them first.
    private func push(_ settings: LineSettings, _ line: LineKey, _ portal: Portal) async throws {
        guard let key = Self.key(line), let account = try await provisioner.existing(portal.id) else { return }
        guard settings.text.count <= Self.longestItem else { return try await drop(line, portal) }
        try await provisioner.platform.setItem(
            key, settings.text, life: Self.itemLife, application: account.applicationID,
            account.credentials)
    }

    /// Takes them away there, so that the next call asks the controller.
    private func drop(_ line: LineKey, _ portal: Portal) async throws {
        guard let key = Self.key(line), let account = try await provisioner.existing(portal.id) else { return }
        do throws(ManagementError) {
            try await provisioner.platform.deleteItem(
                key, application: account.applicationID, account.credentials)
        } catch {
            // A refusal means that the platform has no such item, which is what was wanted.
            if error.isPassing { throw error }
        }
    }

    /// Nil for a line whose name the platform takes in no key: its calls ask the controller.
    static func key(_ line: LineKey) -> String? {
        let key = "line:\(line.rawValue)"
        return key.count <= Self.longestKey ? key : nil
    }

    private func read(_ text: String, _ portal: Portal) async throws -> LineSettings {
        let region = portal.access.region
        let meaning = try await meanings.value("\(region) \(text)") {
            do throws(LineSettings.Invalid) {
                return try LineSettings(Data(text.utf8), region: region)
            } catch {
                throw ControllerError(.settingsInvalid, error.description)
            }
        }
        guard let meaning else { throw ControllerError(.internalFailure, "settings without a meaning") }
        return meaning
    }
}
