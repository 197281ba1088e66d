import Billing
import CallControl
import Storage
import Testing

@testable import VoicePlatform

@Suite struct PaymentMethodTests {
    @Test func `a payment is booked once, however often it is sent`() async throws {
        try await TestPlatform.run { platform in
            let master = try await platform.master
            let payment = ["amount": "12.50", "payment_reference": "bank-7", "transaction_type": "card_payment"]
            let first = try await master.call("AddPayment", payment)
            #expect(first["balance"].decimal == 1012.5)
            let again = try await master.call("AddPayment", payment)
            #expect(try again.integer("transaction_id") == first.integer("transaction_id"))
            #expect(again["balance"].decimal == 1012.5)
            let other = try await master.call("AddPayment", payment.merging(["amount": "13"]) { $1 })
            #expect(other.errorCode == 101)
            #expect(other.errorField == "payment_reference")
            let listed = try await master.call(
                "GetTransactionHistory",
                ["from_date": "2020-01-01", "to_date": "2100-01-01", "payment_reference": "bank-7"])["result"]
            #expect(listed.items.count == 1)
            #expect(listed[0]["transaction_type"].string == "card_payment")
        }
    }

    @Test(arguments: [
        (["amount": "0", "payment_reference": "a"], "amount"), (["payment_reference": "a"], "amount"),
        (["amount": "-1", "payment_reference": "a"], "amount"),
        (["amount": "9223372036854", "payment_reference": "a"], "amount"),
        (["amount": "1"], "payment_reference"),
        (["amount": "1", "payment_reference": "a", "currency": "RUB"], "currency"),
        (["amount": "1", "payment_reference": "a", "transaction_type": "resource_charge"], "transaction_type"),
    ])
    func `a payment that cannot be is refused by its parameter`(fields: [String: String], field: String) async throws {
        try await TestPlatform.run { platform in
            let answer = try await platform.master.call("AddPayment", fields)
            #expect(answer.errorCode == 101)
            #expect(answer.errorField == field)
            #expect(try await platform.master.call("GetAccountInfo")["result"]["balance"].decimal == 1000)
        }
    }

    @Test func `an adjustment may take, and nobody below books payments to himself`() async throws {
        try await TestPlatform.run { platform in
            let taken = ["amount": "-1", "payment_reference": "a", "transaction_type": "adjustment"]
            #expect(try await platform.master.call("AddPayment", taken)["balance"].decimal == 999)
            let tenant = try await platform.child("tenant-one")
            let given = try await tenant.call("AddPayment", ["amount": "1", "payment_reference": "a"])
            #expect(given.errorCode == 104)
            #expect(try await tenant.call("GetAccountInfo")["result"]["balance"].decimal == 0)
        }
    }

    @Test func `the operator's account gives credit, which thaws who has overdrawn his, and nobody else does`()
        async throws
    {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let credit = ["child_account_id": "\(tenant.id)", "credit_limit": "5"]
            #expect(try await platform.master.call("SetChildAccountInfo", credit).errorCode == nil)
            #expect(try await tenant.call("GetAccountInfo")["result"]["credit_limit"].decimal == 5)
            try await Self.take("4", from: tenant, platform)
            #expect(try await tenant.call("GetAccountInfo")["result"]["frozen"].flag == false)
            let none = credit.merging(["credit_limit": "3"]) { $1 }
            try await platform.master.call("SetChildAccountInfo", none)
            #expect(try await tenant.call("GetAccountInfo")["result"]["frozen"].flag == true)
            try await platform.master.call("SetChildAccountInfo", credit)
            #expect(try await tenant.call("GetAccountInfo")["result"]["frozen"].flag == false)
            let wrong = try await platform.master.call(
                "SetChildAccountInfo", credit.merging(["credit_limit": "-1"]) { $1 })
            #expect(wrong.errorField == "credit_limit")
        }
    }

    /// Books what the account cannot refuse, and has its balance looked at.
    private static func take(_ amount: String, from tenant: Tenant, _ platform: TestPlatform) async throws {
        let entry = LedgerEntry(
            key: IdempotencyKey(rawValue: "taken"), kind: .adjustment,
            amount: try Money(amount, .eur).multiplied(by: -1))
        let (id, now) = (AccountID(rawValue: Int64(tenant.id)), platform.core.clock())
        try await platform.core.database.write { transaction in
            try LedgerStore(transaction: transaction).book(entry, for: id, at: now)
            _ = try AccountWatch(transaction: transaction, now: now).step()
        }
    }
}
