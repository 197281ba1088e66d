import Logging

/// Brings passwords and admissions to the platform that it did not take when they were changed, until it has them.
///
/// A device that somebody has shut out would otherwise be let in until the portal asks for it again. Nothing is given up
/// here: a door that stays open is told in the log as long as it does.
struct DeviceCourier: Sendable {
    private static let batch = 100

    let provisioner: Provisioner
    let rounds: Rounds
    let logger: Logger

    private var store: AccountStore { provisioner.store }

    /// Works at each ring of the bell and whenever a device's turn comes, until cancelled.
    func run() async {
        await rounds.run("devices not readable", logger) {
            try await pass()
            return try await store.nextUnready()
        }
    }

    private func pass() async throws {
        let start = rounds.now()
        var found = 0
        repeat {
            let due = try await store.unready(at: start, limit: Self.batch)
            try await SideBySide.run(due) { try await bring($0) }
            found = due.count
        } while found == Self.batch && !Task.isCancelled
    }

    /// - Throws: When the database does not take what has become of it.
    private func bring(_ device: AccountStore.Unready) async throws {
        do {
            try await provisioner.bringWaiting(device.login, device.portal)
            logger.info(
                "device changed at the platform",
                metadata: ["portal.id": "\(device.portal)", "login": "\(device.login)"])
        } catch {
            logger.warning(
                "device not changed at the platform",
                metadata: ["portal.id": "\(device.portal)", "login": "\(device.login)", "error": "\(error)"])
            try await store.putOff(
                user: device.login, device.portal, until: rounds.again(afterAttempt: device.tries + 1))
        }
    }
}
