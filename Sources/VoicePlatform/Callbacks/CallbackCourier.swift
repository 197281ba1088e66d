import CallControl
import Logging
import NIOCore
import OutsideRequests
import ServiceLifecycle
import Storage
import Synchronization

/// Sends a request with an account's callbacks; true when the receiver has taken it.
protocol CallbackSending: Sendable {
    func send(_ message: CallbackMessage) async -> Bool
}

/// Delivers the outbox: one request to each account at a time, again with growing pauses until it is taken.
///
/// A receiver that is slow delays nobody else, as long as fewer than ``maximumAccounts`` are.
struct CallbackCourier: Service {
    let database: Database
    let sender: any CallbackSending
    let keys: AccountKeys
    let policy: OutsidePolicy
    let clock: @Sendable () -> UnixTime
    let logger: Logger

    private static let pause = Duration.seconds(1)
    /// How many accounts are sent to at once.
    private static let maximumAccounts = 64

    /// The accounts to which a request is under way.
    private final class Busy: Sendable {
        private let accounts = Mutex<Set<AccountID>>([])

        var count: Int { accounts.withLock(\.count) }
        func begin(_ account: AccountID) -> Bool { accounts.withLock { $0.insert(account).inserted } }
        func end(_ account: AccountID) { accounts.withLock { _ = $0.remove(account) } }
    }

    func run() async {
        await cancelWhenGracefulShutdown {
            let busy = Busy()
            await withDiscardingTaskGroup { group in
                while !Task.isCancelled {
                    await start(in: &group, besides: busy)
                    try? await Task.sleep(for: Self.pause)
                }
            }
        }
    }

    /// Sends what is due now, and waits for all receivers.
    func round() async {
        await withDiscardingTaskGroup { await start(in: &$0, besides: Busy()) }
    }

    private func start(in group: inout DiscardingTaskGroup, besides busy: Busy) async {
        let now = clock()
        do {
            let accounts = try await database.read {
                try CallbackOutbox(transaction: $0).dueAccounts(at: now, limit: Self.maximumAccounts)
            }
            for account in accounts where busy.count < Self.maximumAccounts && busy.begin(account) {
                group.addTask {
                    await deliver(to: account, at: now)
                    busy.end(account)
                }
            }
        } catch is CancellationError {
            return
        } catch {
            logger.error("callbacks could not be read; check the disk", metadata: ["error": "\(error)"])
        }
    }

    private func deliver(to account: AccountID, at now: UnixTime) async {
        do {
            let group = try await database.read { try CallbackOutbox(transaction: $0).group(of: account, at: now) }
            guard !group.isEmpty else { return }
            let isTaken = await send(group, to: account)
            let lost = try await database.write { transaction in
                let outbox = CallbackOutbox(transaction: transaction)
                guard isTaken else { return try outbox.failed(group, at: now) }
                try outbox.delivered(group)
                return 0
            }
            if lost > 0 {
                logger.warning("callbacks given up", metadata: ["account": "\(account)", "callbacks": "\(lost)"])
            }
        } catch {
            logger.error("callback could not be noted; check the disk", metadata: ["error": "\(error)"])
        }
    }

    private func send(_ group: [CallbackOutbox.Waiting], to account: AccountID) async -> Bool {
        do {
            let message = try await database.read {
                try CallbackMessage(group, for: account, keys: keys, policy: policy, in: $0)
            }
            return await sender.send(message)
        } catch {
            logger.warning("callback not sent", metadata: ["account": "\(account)", "error": "\(error)"])
            return false
        }
    }
}

/// Sends callbacks over HTTP, to the address that was checked and no other.
struct HTTPCallbackSender: CallbackSending {
    let poster: OutsidePoster
    let logger: Logger

    init(policy: OutsidePolicy, group: any EventLoopGroup, logger: Logger) {
        poster = OutsidePoster(policy: policy, group: group)
        self.logger = logger
    }

    func send(_ message: CallbackMessage) async -> Bool {
        do {
            return (200..<300).contains(try await poster.post(message.body, to: message.address))
        } catch let refusal as OutsidePoster.Refusal {
            logger.warning("callback refused: \(refusal)")
        } catch {
            logger.info("callback not taken", metadata: ["error": "\(error)"])
        }
        return false
    }
}
