import Foundation
import Logging
import OutsideRequests
import RequestSigning

/// Brings warnings to mail servers and webhooks, again and again until they are taken, for three days.
struct WarningCourier: Sendable {
    private static let batch = 100
    /// A warning that is older is none any more.
    private static let life = Duration.seconds(3 * 86_400)

    let store: WarningStore
    let mailer: (any WarningMailer)?
    let poster: OutsidePoster
    let policy: OutsidePolicy
    let rounds: Rounds
    let logger: Logger

    /// Works at each ring of the bell and whenever a warning is due, until cancelled.
    func run() async {
        await rounds.run("warnings not readable", logger) {
            try await pass()
            return try await store.nextDue()
        }
    }

    /// What is due now; targets do not wait for each other.
    private func pass() async throws {
        let due = try await store.due(at: rounds.now(), limit: Self.batch)
        await withDiscardingTaskGroup { group in
            for delivery in due {
                group.addTask { await deliver(delivery) }
            }
        }
    }

    private func deliver(_ delivery: WarningStore.Delivery) async {
        do {
            switch try await outcome(delivery) {
            case .taken: try await store.end(delivery, at: rounds.now(), error: nil)
            case .never(let reason): try await giveUp(delivery, reason)
            case .later(let reason):
                let moment = rounds.now()
                guard moment < delivery.createdAt.adding(Self.life) else { return try await giveUp(delivery, reason) }
                let again = rounds.again(afterAttempt: delivery.attempts + 1)
                try await store.postpone(delivery, until: again, error: reason)
            }
        } catch {
            logger.error("warning not noted", metadata: ["portal.id": "\(delivery.portal)", "error": "\(error)"])
        }
    }

    private func giveUp(_ delivery: WarningStore.Delivery, _ reason: String) async throws {
        // Whose address it is stays out of the log.
        logger.warning(
            "warning given up",
            metadata: [
                "portal.id": "\(delivery.portal)", "channel": "\(delivery.channel.rawValue)", "error": "\(reason)",
            ])
        try await store.end(delivery, at: rounds.now(), error: reason)
    }

    private func outcome(_ delivery: WarningStore.Delivery) async throws -> WarningOutcome {
        let channels = try await store.channels(delivery.portal)
        switch delivery.channel {
        case .mail:
            guard channels.emails.contains(where: { $0.rawValue == delivery.target }) else { return Self.unwanted }
            guard let mailer else { return .never("no mail server is configured") }
            guard let mail = BalanceMail.mail(delivery) else { return .never("the warning is damaged") }
            return await mailer.send(mail)
        case .webhook:
            guard channels.webhook == delivery.target, let secret = channels.secret,
                let key = RequestKey(hexadecimal: secret.revealed)
            else { return Self.unwanted }
            guard let address = OutsideAddress(delivery.target, policy: policy) else {
                return .never("the address is not permitted any more")
            }
            return await post(delivery, to: address, key)
        }
    }

    private static let unwanted = WarningOutcome.never("the portal does not want it there any more")

    private func post(
        _ delivery: WarningStore.Delivery, to address: OutsideAddress, _ key: RequestKey
    ) async -> WarningOutcome {
        let time = rounds.now().seconds
        let signed = SignedRequest(
            method: "POST", path: Self.path(address.url), body: Array(delivery.body.utf8), time: time,
            nonce: delivery.key)
        let headers = [
            (SignatureHeader.portal, delivery.portal.rawValue), (SignatureHeader.time, String(time)),
            (SignatureHeader.nonce, delivery.key), (SignatureHeader.signature, signed.signature(key)),
        ]
        do {
            let status = try await poster.post(delivery.body, headers: headers, to: address)
            return (200..<300).contains(status) ? .taken : .later("the webhook answered with status \(status)")
        } catch let refusal as OutsidePoster.Refusal {
            return .later("\(refusal)")
        } catch {
            return .later("the webhook cannot be reached: \(type(of: error))")
        }
    }

    /// What stands on the request line.
    private static func path(_ url: String) -> String {
        guard let components = URLComponents(string: url) else { return "/" }
        let path = components.percentEncodedPath.isEmpty ? "/" : components.percentEncodedPath
        return path + (components.percentEncodedQuery.map { "?\($0)" } ?? "")
    }
}
