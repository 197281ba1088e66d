import Logging

/// Brings the present key into the scenarios of portals whose key was changed, before the former one ends.
///
/// A sleeping account would otherwise wake with a scenario that the controller does not believe any more.
struct ScenarioKeyCourier: Sendable {
    private static let batch = 100

    let registry: PortalRegistry
    let provisioner: Provisioner
    let interval: Duration
    let bell: Bell
    let clock: any Clock<Duration>
    let logger: Logger

    /// Looks at each ring of the bell, and again and again, until cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                for id in try await registry.store.waitingForScenarioKey(limit: Self.batch) { try await bring(id) }
            } catch {
                logger.warning("scenario keys not looked at", metadata: ["error": "\(error)"])
            }
            await bell.wait(atMost: interval, clock: clock)
        }
    }

    private func bring(_ id: PortalID) async throws {
        guard let portal = try await registry.find(id) else { return }
        do {
            try await provisioner.bringForward(portal)
            try await registry.noteScenarioKey(portal.keys.current, of: id)
            logger.info("scenario has the present key", metadata: ["portal.id": "\(id)"])
        } catch {
            logger.warning(
                "scenario keeps the former key", metadata: ["portal.id": "\(id)", "error": "\(error)"])
        }
    }
}
