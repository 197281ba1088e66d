import Foundation
import Logging

/// Delivers the outbox: at least once each, again and again until the portal has acknowledged.
///
/// The portal's side is idempotent by the call's identifier, so at least once sent is exactly once recorded.
struct OutboxCourier: Sendable {
    private static let batch = 100

    let store: OutboxStore
    let portals: PortalDirectory
    let backOff: BackOff
    let bell: Bell
    let clock: any Clock<Duration>
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Delivers until cancelled.
    func run() async {
        while !Task.isCancelled {
            var pause = Duration.seconds(60)
            do {
                try await deliverDue()
                if let next = try await store.nextDue() {
                    pause = .milliseconds(max(1, next.milliseconds - now().milliseconds))
                }
            } catch {
                logger.error("outbox not readable", metadata: ["error": "\(error)"])
                pause = backOff.longest
            }
            await bell.wait(atMost: pause, clock: clock)
        }
    }

    /// One pass over what is due; portals do not wait for each other.
    private func deliverDue() async throws {
        let messages = try await store.due(at: now(), limit: Self.batch)
        await withDiscardingTaskGroup { group in
            for messages in Dictionary(grouping: messages, by: \.portal).values {
                group.addTask { for message in messages { await deliver(message) } }
            }
        }
    }

    private func deliver(_ message: OutboxStore.Message) async {
        do {
            guard let portal = portals[message.portal] else {
                throw ControllerError(.licence, "the portal is not in the licence table; add it or wait")
            }
            guard let body = JSONValue(Data(message.body.utf8)) else {
                throw ControllerError(.internalFailure, "the message is damaged")
            }
            _ = try await portal.client.send(message.command, body)
            try await store.markDelivered(message.id, at: now())
        } catch {
            await putOff(message, error)
        }
    }

    private func putOff(_ message: OutboxStore.Message, _ error: any Error) async {
        let attempt = message.attempts + 1
        logger.warning(
            "report not delivered",
            metadata: ["portal.id": "\(message.portal)", "attempt": "\(attempt)", "error": "\(error)"])
        do {
            try await store.postpone(
                message.id, until: now().adding(backOff.pause(afterAttempt: attempt)), error: "\(error)")
        } catch {
            logger.error("outbox not writable", metadata: ["error": "\(error)"])
        }
    }
}
