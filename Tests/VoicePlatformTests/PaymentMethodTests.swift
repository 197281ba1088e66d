import Billing
import CallControl
import Foundation
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
        (["amount": "0", "payment_reference": "a"], "amount", 125), (["payment_reference": "a"], "amount", 134),
        (["amount": "-1", "payment_reference": "a"], "amount", 125),
        (["amount": "9223372036854", "payment_reference": "a"], "amount", 125),
        (["amount": "1"], "payment_reference", 134),
        (["amount": "1", "payment_reference": "a", "currency": "RUB"], "currency", 101),
        (["amount": "1", "payment_reference": "a", "transaction_type": "resource_charge"], "transaction_type", 101),
    ])
    func `a payment that cannot be is refused by its parameter`(
        fields: [String: String], field: String, code: Int
    ) async throws {
        try await TestPlatform.run { platform in
            let answer = try await platform.master.call("AddPayment", fields)
            #expect(answer.errorCode == code)
            #expect(answer.errorField == field)
            #expect(try await platform.master.call("GetAccountInfo")["result"]["balance"].decimal == 1000)
        }
    }

    @Test func `what comes from a card, a payment service or a bank is told once, anything else is not`() async throws {
        try await TestPlatform.run { platform in
            let master = try await platform.master
            let kinds = ["card_payment", "robokassa_payment", "wire_transfer", "gift", "refund"]
            func waiting() async throws -> [Answer] {
                try await platform.core.database.read { transaction in
                    try transaction.query("SELECT type, payload FROM callback_outbox ORDER BY id").map { row in
                        let text = #"{"type":"\#(try row.text("type"))","data":\#(try row.text("payload"))}"#
                        return try Answer(Data(text.utf8))
                    }
                }
            }
            try await master.call("AddPayment", ["amount": "1", "payment_reference": "unheard"])
            try await master.call("SetAccountInfo", ["callback_url": "https://hooks.example/"])
            var ids: [Int?] = []
            for kind in kinds {
                let payment = ["amount": "2.5", "payment_reference": kind, "transaction_type": kind]
                for _ in 0..<2 { ids.append(try await master.call("AddPayment", payment)["transaction_id"].number) }
            }
            let told = try await waiting()
            #expect(told.map { $0["type"].string } == ["card_payment", "robokassa_payment", "wire_transfer"])
            #expect(told.map { $0["data"]["transaction_type"].string } == told.map { $0["type"].string })
            #expect(told.map { $0["data"]["transaction_id"].number } == [ids[0], ids[2], ids[4]])
            #expect(told.allSatisfy { $0["data"]["amount"].decimal == 2.5 })
            // A refused payment tells nothing: both are one transaction.
            let conflict = ["amount": "3", "payment_reference": "gift", "transaction_type": "card_payment"]
            #expect(try await master.call("AddPayment", conflict).errorCode == 101)
            #expect(try await waiting().count == 3)
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

    @Test func `what the ledger cannot take is a failure of billing, and moves nothing`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            try await Self.take("-9223372036854.775807", from: tenant, platform)
            let transfer = ["child_account_id": "\(tenant.id)", "amount": "1"]
            #expect(try await platform.master.call("TransferMoneyToChildAccount", transfer).errorCode == 5)
            #expect(try await platform.master.call("GetAccountInfo")["result"]["balance"].decimal == 1000)
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
