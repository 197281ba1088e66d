import Foundation
import Logging

/// Delivers the outbox: at least once each, again and again until the portal has acknowledged.
///
/// The portal's side is idempotent by the call's identifier, so at least once sent is exactly once recorded.
struct OutboxCourier: Sendable {
    private static let batch = 100

    let store: OutboxStore
    let portals: PortalRegistry
    let rounds: Rounds
    let logger: Logger

    /// Delivers until cancelled.
    func run() async {
        await rounds.run("outbox not readable", logger, deliverDue)
    }

    /// One pass over what is due; portals do not wait for each other.
    ///
    /// - Returns: When the next pass is to be; nil when nothing waits.
    private func deliverDue() async throws -> Moment? {
        let moment = rounds.now()
        let waiting = try await store.waiting(limit: Self.batch)
        let due = waiting.prefix { $0.dueAt <= moment }
        // With a full batch more may be due already.
        let isAll = waiting.count < Self.batch
        var next = waiting.dropFirst(due.count).first?.dueAt ?? (isAll ? nil : moment)
        await withTaskGroup(of: Moment?.self) { group in
            for messages in Dictionary(grouping: due, by: \.portal).values {
                group.addTask {
                    var next: Moment?
                    for message in messages {
                        guard let again = await deliver(message) else { continue }
                        next = min(next ?? again, again)
                    }
                    return next
                }
            }
            for await again in group { next = [next, again].compactMap(\.self).min() }
        }
        return next
    }

    /// - Returns: When the message is to be sent again; nil when it has arrived.
    private func deliver(_ message: OutboxStore.Message) async -> Moment? {
        do {
            guard let portal = try await portals.find(message.portal) else {
                throw ControllerError(.licence, "the portal is not in the licence table; add it or wait")
            }
            guard let body = JSONValue(Data(message.body.utf8)) else {
                throw ControllerError(.internalFailure, "the message is damaged")
            }
            try await portal.tell(message.command, body)
            try await store.markDelivered(message, at: rounds.now())
            return nil
        } catch {
            return await putOff(message, error)
        }
    }

    private func putOff(_ message: OutboxStore.Message, _ error: any Error) async -> Moment {
        let attempt = message.attempts + 1
        logger.warning(
            "report not delivered",
            metadata: ["portal.id": "\(message.portal)", "attempt": "\(attempt)", "error": "\(error)"])
        let again = rounds.again(afterAttempt: attempt)
        do {
            try await store.postpone(message.id, until: again, error: "\(error)")
        } catch {
            logger.error("outbox not writable", metadata: ["error": "\(error)"])
        }
        return again
    }
}
