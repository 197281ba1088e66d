import Logging
import ReplayMemory
import Testing

@testable import Controller

@Suite struct NonceSweeperTests {
    /// The controller on duty may be ahead of another one, which would accept the request again.
    @Test("A nonce is known until every controller's clock, five minutes apart at most, refuses its request")
    func margin() async throws {
        try await HistoryArchive.run { archive in
            let nonces = ReplayMemory(database: archive.database)
            let end: Int64 = 1_795_815_000
            func sweep(at seconds: Int64) async throws {
                let sweeper = NonceSweeper(
                    nonces: nonces, patrol: Patrol(interval: .seconds(60), clock: ContinuousClock()),
                    now: { Moment(milliseconds: seconds * 1000) },
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
                try await sweeper.pass()
            }
            #expect(try await nonces.accept("nonce-0001", of: "demo", until: end))
            try await sweep(at: end + 300)
            #expect(try await !nonces.accept("nonce-0001", of: "demo", until: end))
            try await sweep(at: end + 301)
            #expect(try await nonces.accept("nonce-0001", of: "demo", until: end))
        }
    }
}
