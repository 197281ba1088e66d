import Logging

/// Brings the present key into the scenarios of portals whose key was changed, before the former one ends.
///
/// A sleeping account would otherwise wake with a scenario that the controller does not believe any more.
struct ScenarioKeyCourier: Sendable {
    private static let batch = 100

    let registry: PortalRegistry
    let provisioner: Provisioner
    let rounds: Rounds
    let logger: Logger

    /// Works at each ring of the bell and whenever a portal's turn comes, until cancelled.
    func run() async {
        await rounds.run("scenario keys not looked at", logger) {
            try await pass()
            return try await registry.store.nextScenarioKey()
        }
    }

    private func pass() async throws {
        let start = rounds.now()
        var found = 0
        repeat {
            let due = try await registry.store.waitingForScenarioKey(at: start, limit: Self.batch)
            try await SideBySide.run(due) { try await bring($0.id, tries: $0.tries) }
            found = due.count
        } while found == Self.batch && !Task.isCancelled
    }

    /// - Throws: When the database does not take what has become of it.
    private func bring(_ id: PortalID, tries: Int64) async throws {
        do {
            // The news of a key may come before who changed it has forgotten the former row.
            guard let portal = try await registry.read(id) else {
                throw ControllerError(.accountUnknown, "the portal's row has gone")
            }
            try await provisioner.bringForward(portal)
            if try await registry.noteScenarioKey(portal.keys.current, of: id) {
                logger.info("scenario has the present key", metadata: ["portal.id": "\(id)"])
            }
        } catch {
            logger.warning(
                "scenario keeps the former key", metadata: ["portal.id": "\(id)", "error": "\(error)"])
            try await registry.store.putOffScenarioKey(id, until: rounds.again(afterAttempt: tries + 1))
        }
    }
}
