import Foundation
import Logging
import Synchronization

/// Delivers the outbox: at least once each, again and again until the portal has acknowledged.
///
/// The portal's side is idempotent by the call's identifier, so at least once sent is exactly once recorded. Portals have
/// turns, side by side: one that does not answer is left alone for a while with all its messages, and delays nobody.
struct OutboxCourier: Sendable {
    /// Portals that are visited at once.
    private static let width = 64
    /// Messages of one turn; who has more stands in line again.
    private static let batch = 20

    let store: OutboxStore
    let portals: PortalRegistry
    let rounds: Rounds
    let logger: Logger

    /// Those that are being told something now.
    private final class Visited: Sendable {
        let portals = Mutex<Set<PortalID>>([])
    }

    /// Delivers until cancelled.
    func run() async {
        let visited = Visited()
        await withDiscardingTaskGroup { group in
            await rounds.run("outbox not readable", logger) {
                let moment = rounds.now()
                for turn in try await next(at: moment, visited.portals.withLock { $0 }) {
                    visited.portals.withLock { _ = $0.insert(turn.portal) }
                    group.addTask {
                        await visit(turn)
                        visited.portals.withLock { _ = $0.remove(turn.portal) }
                        // There is room for another, and this portal may have more.
                        rounds.bell.ring()
                    }
                }
                return try await store.nextTurn(after: moment)
            }
        }
    }

    /// Whose turn it is, as many as there is room for.
    private func next(at moment: Moment, _ visited: Set<PortalID>) async throws -> [OutboxStore.Turn] {
        guard visited.count < Self.width else { return [] }
        // Those that are being visited stand among them.
        let due = try await store.turns(at: moment, limit: Self.width)
        return Array(due.filter { !visited.contains($0.portal) }.prefix(Self.width - visited.count))
    }

    /// Tells a portal what waits for it, until it does not answer.
    private func visit(_ turn: OutboxStore.Turn) async {
        var visit = OutboxStore.Visit(turn: turn)
        do {
            for message in try await store.waiting(for: turn.portal, at: rounds.now(), limit: Self.batch) {
                do {
                    try await deliver(message)
                    visit.delivered.append(message)
                } catch {
                    guard !Task.isCancelled else { break }
                    refuse(message, error, in: &visit)
                    if visit.rest != nil { break }
                }
            }
            try await store.settle(visit, at: rounds.now())
        } catch {
            logger.error("outbox not writable", metadata: ["error": "\(error)"])
            try? await rounds.clock.sleep(for: rounds.backOff.first)
        }
    }

    private func deliver(_ message: OutboxStore.Message) async throws {
        guard let portal = try await portals.find(message.portal) else {
            throw ControllerError(.licence, "the portal is not in the licence table; add it or wait")
        }
        guard let body = JSONValue(Data(message.body.utf8)) else {
            throw ControllerError(.internalFailure, "the message is damaged")
        }
        try await portal.tell(message.command, body)
    }

    private func refuse(_ message: OutboxStore.Message, _ error: any Error, in visit: inout OutboxStore.Visit) {
        let attempt = message.attempts + 1
        logger.warning(
            "report not delivered",
            metadata: ["portal.id": "\(message.portal)", "attempt": "\(attempt)", "error": "\(error)"])
        visit.refused.append((message, rounds.again(afterAttempt: attempt), "\(error)"))
        // Whoever says no to this message answers, and may take the next one.
        guard (error as? ControllerError)?.code != .lineUnknown else { return }
        visit.rest = rounds.again(afterAttempt: visit.turn.failures + 1)
    }
}
