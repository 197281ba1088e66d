import Foundation
import Storage
import Synchronization
import TestPostgres
import Testing

@testable import Controller

/// Accounts that are worked on side by side: one that gets no answer, or goes wrong, keeps the others waiting for nothing.
@Suite struct SideBySideTests {
    private struct Refusal: Error, Equatable { var item: Int }

    @Test("What goes wrong with one takes nobody else's turn, and is said at the end")
    func errors() async throws {
        let done = Mutex<[Int]>([])
        await #expect(throws: Refusal(item: 3)) {
            try await SideBySide.run(Array(1...9), width: 1) { item in
                done.withLock { $0.append(item) }
                if [3, 5].contains(item) { throw Refusal(item: item) }
            }
        }
        #expect(done.withLock { $0 } == Array(1...9))
    }

    @Test("The things of one owner come one after another in their order, whatever goes wrong with the first")
    func order() async throws {
        let done = Mutex<[Int]>([])
        let running = Mutex<Set<Int>>([])
        await #expect(throws: Refusal.self) {
            try await SideBySide.run(Array(0..<60), of: { $0 % 6 }, width: 3) { item in
                let (isAlone, atOnce) = running.withLock { ($0.insert(item % 6).inserted, $0.count) }
                #expect(isAlone && atOnce <= 3)
                await Task.yield()
                done.withLock { $0.append(item) }
                _ = running.withLock { $0.remove(item % 6) }
                if item < 6 { throw Refusal(item: item) }
            }
        }
        let order = done.withLock { $0 }
        #expect(Set(order) == Set(0..<60))
        for owner in 0..<6 {
            let own = order.filter { $0 % 6 == owner }
            #expect(own == own.sorted())
        }
    }

    @Test("Nothing is begun after the end")
    func cancelled() async throws {
        let begun = Mutex(0)
        let task = Task {
            try await SideBySide.run(Array(1...100), width: 2) { _ in
                begun.withLock { $0 += 1 }
                withUnsafeCurrentTask { $0?.cancel() }
                try await Task.sleep(for: .seconds(3600))
            }
        }
        await Task.yield()
        task.cancel()
        await #expect(throws: (any Error).self) {
            try await task.value
            try Task.checkCancellation()
            throw CancellationError()
        }
        #expect(begun.withLock { $0 } <= 2)
    }

    private func setting() -> World.Setting {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        return setting
    }

    /// Two portals have accounts, and demo's gets no answer any more.
    ///
    /// - Returns: The account of the other one.
    private func hang(_ world: World) async throws -> String {
        for portal in ["demo", "other"] { _ = try await world.command("GetAccountInfo", portal: portal) }
        return world.platform.state.withLock { state in
            let demo = state.accounts[PlatformNames.account(PortalID(rawValue: "demo"))] ?? 0
            state.heldAccounts = [demo]
            return String(state.accounts.values.first { $0 != demo } ?? 0)
        }
    }

    private func change(_ world: World, _ statements: String...) async throws {
        let database = try await Storage.Database.open(TestDatabases.location(world.databasePath))
        try await database.write { transaction in for statement in statements { try transaction.execute(statement) } }
        try database.close()
    }

    private func hasAsked(_ method: String, _ account: String, _ world: World) -> Bool {
        world.platform.state.withLock { state in
            state.commands.contains { $0.method == method && $0.fields["account_id"] == account }
        }
    }

    @Test("Balances are looked at beside one that hangs")
    func balances() async throws {
        try await World.run(setting()) { world async throws in
            let other = try await hang(world)
            defer { world.platform.releaseAll() }
            try await change(
                world, "UPDATE balance_account SET next_check_at = 1 WHERE portal_id = 'demo'",
                "UPDATE balance_account SET next_check_at = 2 WHERE portal_id = 'other'")
            await world.platform.events.wait { hasAsked("GetTransactionHistory", other, world) }
        }
    }

    @Test("Numbers are looked at beside one that hangs")
    func numbers() async throws {
        try await World.run(setting()) { world async throws in
            try await world.buy("74012000001")
            try await world.buy("74012000002", portal: "other")
            let other = try await hang(world)
            defer { world.platform.releaseAll() }
            world.platform.state.withLock { $0.commands = [] }
            try await change(
                world, "UPDATE rented_number SET look_at = 1 WHERE portal_id = 'demo'",
                "UPDATE rented_number SET look_at = 2 WHERE portal_id = 'other'")
            await world.platform.events.wait { hasAsked("GetPhoneNumbers", other, world) }
        }
    }

    @Test("Payments arrive beside one whose account hangs")
    func payments() async throws {
        try await World.run { world async throws in
            _ = try await hang(world)
            defer { world.platform.releaseAll() }
            for portal in ["demo", "other"] {
                let order = try await world.command(
                    "CreatePaymentOrder", ["AMOUNT": "250.00", "REQUEST_ID": "payment-0001"], portal: portal)
                let reference = order.json?["result"]?["REFERENCE"]?.string ?? ""
                let answer = try await world.pay(reference, "250.00", payment: "payment-\(portal)")
                try #require(answer.status == 200, "\(answer)")
                let paid = portal == "demo" ? 1 : 2
                await world.platform.events.wait { world.platform.state.withLock { $0.transfers.count } == paid }
            }
        }
    }
}
