import Billing
import Foundation
import NIOCore
import Storage
import Testing

@testable import Switchboard

/// Numbers that an administrator of the portal buys, and who calls them.
@Suite(.serialized) struct NumberCallTests {
    private static let number = "74952000005"
    private static let order = [
        "request_id": "order-0001", "number": number, "country": "RU", "category": "GEOGRAPHIC", "price": "3",
        "installation_price": "0",
    ]

    /// As the portal shows it: the region's identifier and the price.
    private func region(_ browser: EmployeeBrowser) async throws -> [String: Any] {
        let answer = try await browser.get("/api/numbers/regions?country=RU&category=GEOGRAPHIC")
        let regions = answer["result"] as? [[String: Any]] ?? []
        return try #require(regions.first { $0["NAME"] as? String == "Moscow" })
    }

    private func pay(_ installation: TestInstallation, _ account: String) async throws {
        try await PlatformClient.run(installation.settings, .usd) { platform in
            _ = try await platform.call("AddPayment", ["amount": "10", "payment_reference": "bank-1"])
            _ = try await platform.call(
                "TransferMoneyToChildAccount", ["child_account_name": account, "amount": "10"])
        }
    }

    @Test func aNumberIsBoughtFromTheBalanceAndItsCallsRing() async throws {
        let numbers = Settings.Value.list(["\(Self.number) RU GEOGRAPHIC Moscow 3"])
        try await TestInstallation.run(["voice.numbers": numbers]) { installation in
            let credentials = try await installation.prepared()
            let browser = try await installation.browser()
            let region = try await region(browser)
            #expect(region["PRICE"] as? String == "3.00" && region["FREE"] as? Int == 1)
            let order = Self.order.merging(["region": region["REGION_ID"] as? String ?? ""]) { $1 }
            await #expect(throws: (any Error).self, "there is no money yet") {
                try await browser.post("/api/numbers", order)
            }
            let account = try await installation.portalAccount()
            try await pay(installation, account)
            // The same order twice: one number, paid once.
            for _ in 0..<2 { try await browser.post("/api/numbers", order) }
            try await browser.post("/api/lines", ["SEARCH_ID": Self.number, "PHONE_NAME": Self.number])
            let desk = try await installation.phone(
                credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword,
                behaviour: PhoneBehaviour(answer: .after(.milliseconds(100))))
            try await desk.register()
            let caller = try await installation.caller()
            let call = try await caller.call(Self.number)
            try await desk.journal.first("the answered call", within: .seconds(60)) {
                if case .answered = $0 { true } else { false }
            }
            try await caller.hangUp(call)
            _ = try await installation.finishedLog(with: Self.number)
            let owned = try await browser.get("/api/numbers")["result"] as? [[String: Any]] ?? []
            #expect(Set(owned.compactMap { $0["PHONE_NUMBER"] as? String }) == [Self.number, DemoCompany.number])
            #expect(owned.allSatisfy { $0["STATE"] as? String == "ACTIVE" })
            let ledger = try await installation.ledger(of: account)
            #expect(ledger == [10_000_000, -3_000_000])
            for phone in [desk, caller] { await phone.stop() }
        }
    }
}

extension TestInstallation {
    /// The name of the account that has a number.
    fileprivate func portalAccount() async throws -> String {
        let database = try Database.open(path: "\(directory)/voice/platform.sqlite")
        defer { try? database.close() }
        let row = try await database.read {
            try $0.queryOne("SELECT a.name FROM account a JOIN phone_number n ON n.account_id = a.id")
        }
        return try #require(row).text("name")
    }

    /// The amounts of an account's entries at the platform that are not nothing, in their order.
    fileprivate func ledger(of account: String) async throws -> [Int64] {
        let database = try Database.open(path: "\(directory)/voice/platform.sqlite")
        defer { try? database.close() }
        return try await database.read { transaction in
            try transaction.query(
                """
                SELECT e.amount FROM ledger_entry e JOIN account a ON a.id = e.account_id
                WHERE a.name = ? AND e.amount <> 0 ORDER BY e.id
                """, [.text(account)]
            ).map { try $0.integer("amount") }
        }
    }
}
