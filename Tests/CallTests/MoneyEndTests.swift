import Billing
import Foundation
import Media
import Storage
import Testing

@testable import Switchboard

/// Real calls of an account whose money ends while they talk.
@Suite(.serialized) struct MoneyEndTests {
    /// Two cents for each second of a call that comes in.
    private static let prices = """
        currency,direction,kind,prefix,group,price,step
        USD,incoming,pstn,,Incoming by the second,1.2,1/1
        """

    /// Answers and listens.
    private static let scenario = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
          call.answer();
        });
        """

    private static func settings(_ directory: String) throws -> [String: Settings.Value] {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let list = "\(directory)/prices.csv"
        try prices.write(toFile: list, atomically: true, encoding: .utf8)
        var settings = try CustomScenario(scenario).settings
        settings["voice.tariffs"] = .text(list)
        settings["voice.warning"] = .integer(3)
        return settings
    }

    private static func run(_ body: (TestInstallation) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "switchboard-test-" + UUID().uuidString
        try await TestInstallation.run(in: directory, try settings(directory), body)
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// A command of the operator, in the running installation.
    private static func money(_ installation: TestInstallation, _ method: String, _ fields: [String: String])
        async throws
    {
        try await PlatformClient.run(installation.settings, .usd) { _ = try await $0.call(method, fields) }
    }

    @Test func whoHasNoMoneyIsNotCalledAndWhoHasTalksUntilItEnds() async throws {
        try await Self.run { installation in
            _ = try await installation.prepared()
            let caller = try await installation.caller()
            let refused = try await caller.call(DemoCompany.number)
            let refusal = try await caller.journal.first("the refusal") { event in
                if case .failed(refused, _, _) = event { true } else { false }
            }
            #expect(refusal == .failed(refused, status: 402, reason: "Payment Required"))
            let account = try await Self.accountName(installation)
            try await Self.money(installation, "AddPayment", ["amount": "1", "payment_reference": "bank-1"])
            try await Self.money(
                installation, "TransferMoneyToChildAccount", ["child_account_name": account, "amount": "0.10"])
            try await Self.talk(caller, installation)
            try await Self.checkLedger(installation, account)
            await caller.stop()
        }
    }

    /// Five seconds: two quiet, then the warning, then the end.
    private static func talk(_ caller: SoftPhone, _ installation: TestInstallation) async throws {
        let heard = "\(installation.directory)/heard.wav"
        try await caller.hear(to: heard)
        let call = try await caller.call(DemoCompany.number)
        try await caller.journal.first("the answer") { $0 == .answered(call) }
        let answered = ContinuousClock.now
        try await caller.journal.first("the end of the money") { $0 == .ended(call, byPeer: true) }
        let talked = (ContinuousClock.now - answered) / .seconds(1)
        #expect((4.5...8).contains(talked), "the call talked for \(talked) s")
        try await caller.journal.first("the recording") { $0 == .recorded(heard) }
        let track = ToneTrack(try AudioDecoder().decode(path: heard))
        let warning = try #require(track.start(of: 1400), "the two beeps are heard")
        #expect((1.5...4).contains(warning), "the beeps came after \(warning) s")
    }

    private static func accountName(_ installation: TestInstallation) async throws -> String {
        let database = try Database.open(path: "\(installation.directory)/voice/platform.sqlite")
        defer { try? database.close() }
        let row = try await database.read {
            try $0.queryOne("SELECT a.name FROM account a JOIN phone_number n ON n.account_id = a.id")
        }
        return try #require(row).text("name")
    }

    /// The balance is the sum of the entries, nothing, and nothing is held any more.
    private static func checkLedger(_ installation: TestInstallation, _ account: String) async throws {
        let database = try Database.open(path: "\(installation.directory)/voice/platform.sqlite")
        defer { try? database.close() }
        let call = try await Wait.until("the end of the session") {
            try await database.read {
                try $0.queryOne(
                    """
                    SELECT s.finish_reason, l.cost, l.direction FROM call_session s
                    JOIN call_leg l ON l.session_id = s.id WHERE s.finish_reason IS NOT NULL
                    """)
            }
        }
        #expect(try call.text("finish_reason") == "Insufficient funds")
        #expect(try call.integer("cost") == 100_000)
        #expect(try call.text("direction") == "Incoming by the second")
        let entries = try await database.read {
            try $0.query(
                """
                SELECT e.kind, e.amount FROM ledger_entry e JOIN account a ON a.id = e.account_id
                WHERE a.name = ? ORDER BY e.id
                """,
                [.text(account)])
        }
        #expect(
            try entries.map { try $0.text("kind") } == ["money_acceptance_from_parent", "resource_charge"], "\(entries)"
        )
        #expect(try entries.map { try $0.integer("amount") } == [100_000, -100_000])
        let row = try await database.read {
            try $0.queryOne(
                """
                SELECT b.balance, (SELECT COUNT(*) FROM money_hold) AS holds
                FROM account_balance b JOIN account a ON a.id = b.account_id WHERE a.name = ?
                """, [.text(account)])
        }
        #expect(try row?.integer("balance") == 0)
        #expect(try row?.integer("holds") == 0)
    }
}
