import Billing
import Foundation
import RequestSigning
import Storage
import Testing

@testable import Switchboard

/// A company whose money is out, and what a payment changes.
@Suite(.serialized) struct PaymentCallTests {
    /// Two cents for each second of a call that comes in.
    private static let prices = """
        currency,direction,kind,prefix,group,price,step
        USD,incoming,pstn,,Incoming by the second,1.2,1/1
        """
    private static let secret = String(repeating: "5a", count: 32)

    private static let scenario = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
          call.answer();
        });
        """

    private static func settings(_ directory: String) throws -> [String: Settings.Value] {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        var secrets = try Secrets.loadOrMake(in: directory)
        secrets.paymentKeys = ["bank": secret]
        try secrets.save(in: directory)
        let list = "\(directory)/prices.csv"
        try prices.write(toFile: list, atomically: true, encoding: .utf8)
        var settings = try CustomScenario(scenario).settings
        settings["voice.tariffs"] = .text(list)
        return settings
    }

    private static func callback(
        _ installation: TestInstallation, _ order: String, _ secret: String = secret
    ) throws -> SignedCallback {
        try SignedCallback(
            url: installation.settings.url("controller"), system: "bank", secret: secret, payment: "bank-417",
            fields: ["payment_id": "bank-417", "order": order, "amount": "5.00", "currency": "USD"],
            time: Int64(Date().timeIntervalSince1970))
    }

    /// The bank gets another key while it sends: first both are good, then the new one alone.
    private static func keyIsChanged(_ installation: TestInstallation, _ directory: String, _ order: String)
        async throws
    {
        let new = String(repeating: "7c", count: 32)
        func give(formerUntil: Int64?) throws {
            var secrets = try Secrets.loadOrMake(in: directory)
            secrets.paymentKeys = ["bank": secret]
            secrets.setPaymentKey(new, of: "bank", formerUntil: formerUntil)
            try secrets.save(in: directory)
        }
        try give(formerUntil: Int64(Date().timeIntervalSince1970) + 3600)
        for key in [secret, new] { _ = try await callback(installation, order, key).send() }
        try give(formerUntil: nil)
        _ = try await callback(installation, order, new).send()
        await #expect(throws: (any Error).self) { try await callback(installation, order, secret).send() }
    }

    @Test func whoHasPaidIsCalledAgain() async throws {
        let directory = NSTemporaryDirectory() + "switchboard-test-" + UUID().uuidString
        try await TestInstallation.run(in: directory, try Self.settings(directory)) { installation in
            _ = try await installation.prepared()
            try await PlatformClient.run(installation.settings, .usd) {
                _ = try await $0.call("AddPayment", ["amount": "100", "payment_reference": "capital"])
            }
            let browser = try await installation.browser()
            let before = try await browser.get("/api/balance")["result"] as? [String: Any]
            #expect(before?["BALANCE"] as? String == "0.00" && before?["BLOCKED"] as? String == "Y")
            let caller = try await installation.caller()
            let refused = try await caller.call(DemoCompany.number)
            let refusal = try await caller.journal.first("the refusal") { event in
                if case .failed(refused, _, _) = event { true } else { false }
            }
            #expect(refusal == .failed(refused, status: 402, reason: "Payment Required"))
            try await browser.post("/api/balance/payments", ["request_id": "payment-0001", "amount": "5.00"])
            let orders = try await browser.get("/api/balance/payments")["result"] as? [[String: Any]]
            let order = try #require(orders?.first?["REFERENCE"] as? String)
            // The bank is impatient.
            for _ in 0..<3 { _ = try await Self.callback(installation, order).send() }
            try await Self.keyIsChanged(installation, directory, order)
            let news = try await Wait.until("the portal's news of the payment") {
                (try await browser.get("/api/balance/news")["news"] as? [[String: Any]])?.first
            }
            #expect(news["reference"] as? String == order && news["balance"] as? String == "5.00")
            let call = try await caller.call(DemoCompany.number)
            try await caller.journal.first("the answer") { $0 == .answered(call) }
            try await caller.hangUp(call)
            let movements = try await Wait.until("the call in the statement") {
                let found = try await browser.get("/api/balance/statement")["result"] as? [[String: Any]] ?? []
                return found.contains { $0["KIND"] as? String == "USAGE" } ? found : nil
            }
            let payments = movements.filter { $0["KIND"] as? String == "PAYMENT" }
            #expect(payments.map { $0["AMOUNT"] as? String } == ["5.00"])
            #expect(payments.first?["REFERENCE"] as? String == order)
            await caller.stop()
        }
        try? FileManager.default.removeItem(atPath: directory)
    }
}
