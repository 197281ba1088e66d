import AsyncHTTPClient
import CallControl
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
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
    let policy: CallbackPolicy
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
///
/// The host is looked up once and the connection goes to what was found, so that a name cannot lead somewhere else
/// after the check. Redirects are not followed.
struct HTTPCallbackSender: CallbackSending {
    let policy: CallbackPolicy
    let group: any EventLoopGroup
    let logger: Logger

    private static let timeout = TimeAmount.seconds(10)

    func send(_ message: CallbackMessage) async -> Bool {
        do {
            guard let target = try await permittedAddress(of: message.address) else {
                logger.warning("callback refused: its host has an address of a private network")
                return false
            }
            return try await post(message, to: target)
        } catch {
            logger.info("callback not taken", metadata: ["error": "\(error)"])
            return false
        }
    }

    private func permittedAddress(of address: CallbackAddress) async throws -> String? {
        let found = try await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
        }
        return policy.permits(found) ? found.ipAddress : nil
    }

    private func post(_ message: CallbackMessage, to target: String) async throws -> Bool {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.dnsOverride = [message.address.host: target]
        let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        let outcome: Result<Bool, any Error>
        do {
            var request = HTTPClientRequest(url: message.address.url)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
            request.body = .bytes(ByteBuffer(string: message.body))
            let response = try await client.execute(request, timeout: Self.timeout)
            outcome = .success((200..<300).contains(Int(response.status.code)))
        } catch {
            outcome = .failure(error)
        }
        try? await client.shutdown()
        return try outcome.get()
    }
}
