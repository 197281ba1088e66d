import Synchronization
import Testing

@testable import Controller

@Suite struct ProvisioningQueueTests {
    private let clock = StandingClock()

    private static func account(_ name: String) -> Account {
        Account(
            name: name, credentials: PlatformAccess.Credentials(accountID: 7, apiKey: Secret("key")), applicationID: 1,
            domain: "application.example", scenarioID: 2, ruleID: 3)
    }

    /// A queue whose only place is taken until `held` is fulfilled.
    private func taken(
        _ held: Promise<Void>, _ body: @Sendable @escaping (ProvisioningQueue) async throws -> Void
    ) async throws {
        let queue = ProvisioningQueue(
            turnstile: Turnstile(width: 1, mostWaiting: 1) { .init(milliseconds: 0) }, clock: clock)
        let entered = Promise<Void>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await queue.account(of: PortalID(rawValue: "first")) {
                    entered.fulfil(())
                    await held.value
                    return Self.account("first")
                }
            }
            await entered.value
            group.addTask { try await body(queue) }
            try await group.waitForAll()
        }
    }

    @Test("A portal that asks several times stands once; the latest work is done, and all have its account")
    func once() async throws {
        let (held, done) = (Promise<Void>(), Collected())
        try await taken(held) { [clock] queue in
            try await withThrowingTaskGroup(of: String.self) { group in
                for name in ["one", "two", "three"] {
                    group.addTask {
                        try await queue.account(of: PortalID(rawValue: "second")) {
                            done.add(name)
                            return Self.account(name)
                        }.name
                    }
                    // Each has begun to wait before the next one comes.
                    let sleepers = ["one": 1, "two": 2, "three": 3][name] ?? 0
                    await clock.events.wait { clock.sleepers == sleepers }
                }
                #expect(queue.waiting == 1)
                held.fulfil(())
                for try await name in group { #expect(name == "three") }
            }
        }
        #expect(done.all == ["three"])
    }

    @Test("Who stands for too long is told to come again, and its account is made when its turn comes")
    func patience() async throws {
        let (held, made) = (Promise<Void>(), Promise<Void>())
        try await taken(held) { [clock] queue in
            let second = PortalID(rawValue: "second")
            let impatient = Task {
                try await queue.account(of: second) {
                    made.fulfil(())
                    return Self.account("second")
                }
            }
            await clock.events.wait { clock.sleepers == 1 }
            clock.move(by: ProvisioningQueue.patience)
            let refusal = await #expect(throws: ControllerError.self) { try await impatient.value }
            #expect(refusal?.code == .busy && (refusal?.retryAfter ?? 0) >= 2)
            #expect(queue.waiting == 1)
            // One place is all there is to wait at.
            let third = await #expect(throws: ControllerError.self) {
                try await queue.account(of: PortalID(rawValue: "third")) { Self.account("third") }
            }
            #expect(third?.code == .busy)
            held.fulfil(())
            await made.value
        }
    }

    @Test("Who goes away leaves at once; who waits for what has begun waits to its end")
    func leaving() async throws {
        let (held, begun, end) = (Promise<Void>(), Promise<Void>(), Promise<Void>())
        try await taken(held) { [clock] queue in
            let second = PortalID(rawValue: "second")
            let work: ProvisioningQueue.Work = {
                begun.fulfil(())
                await end.value
                return Self.account("second")
            }
            let (leaver, stayer) = (
                Task { try await queue.account(of: second, work) }, Task { try await queue.account(of: second, work) }
            )
            await clock.events.wait { clock.sleepers == 2 }
            leaver.cancel()
            await #expect(throws: CancellationError.self) { try await leaver.value }
            held.fulfil(())
            await begun.value
            clock.move(by: ProvisioningQueue.patience)
            end.fulfil(())
            let account = try await stayer.value
            #expect(account.name == "second")
        }
    }

    @Test("What fails, fails for all who wait, and the next one is tried anew")
    func failure() async throws {
        let held = Promise<Void>()
        try await taken(held) { [clock] queue in
            let second = PortalID(rawValue: "second")
            let failing = Task { try await queue.account(of: second) { throw ControllerError(.platformAway, "away") } }
            await clock.events.wait { clock.sleepers == 1 }
            held.fulfil(())
            let failure = await #expect(throws: ControllerError.self) { try await failing.value }
            #expect(failure?.code == .platformAway)
            let next = try await queue.account(of: second) { Self.account("second") }
            #expect(next.name == "second")
        }
    }

    @Test("The expected wait is what those before take, shared among the places")
    func expectedWait() async throws {
        let time = Mutex(Int64(0))
        let turnstile = Turnstile(width: 4, mostWaiting: 10) { Moment(milliseconds: time.withLock { $0 }) }
        #expect(turnstile.expectedWait == .zero)
        try await turnstile.pass { time.withLock { $0 += 8000 } }
        #expect(turnstile.expectedWait == .seconds(2))
    }
}
