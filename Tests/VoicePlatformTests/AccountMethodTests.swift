import Testing

@testable import VoicePlatform

@Suite struct AccountMethodTests {
    private static let newAccount = [
        "parent_account_name": "operator-eur", "parent_account_api_key": TestPlatform.masterKey,
        "account_name": "company-one", "account_email": "One@Company.test", "account_password": "Secret-123",
        "active": "true",
    ]

    @Test func `a child account has its parent's currency and a key that works`() async throws {
        try await TestPlatform.run { platform in
            let added = try await platform.call("AddAccount", Self.newAccount)
            #expect(added["result"].number == 1)
            #expect(added["active"].flag == true)
            let key = try added.text("api_key")
            for name in [
                ["account_id": "\(try added.integer("account_id"))"], ["account_name": "company-one"],
                ["account_email": "one@company.test"],
            ] {
                let info = try await platform.call("GetAccountInfo", name.merging(["api_key": key]) { $1 })
                #expect(info["result"]["currency"].string == "EUR")
                #expect(info["result"]["balance"].decimal == 0)
                #expect(info["result"]["account_name"].string == "company-one")
                #expect(info["api_address"].string == platform.base)
            }
        }
    }

    @Test(arguments: [
        (["account_name": "ab"], 113), (["account_name": "1company"], 114), (["account_name": "Company"], 114),
        (["account_name": "comp_any"], 101), (["account_name": ""], 134), (["account_email": "nobody"], 101),
        (["account_password": "short"], 112), (["account_password": "longenough"], 463), (["active": "maybe"], 101),
        (["account_name": "operator-eur"], 106), (["account_email": "eur@operator.test"], 128),
    ])
    func `an account that breaks a rule is refused with the rule's code`(
        change: [String: String], code: Int
    ) async throws {
        try await TestPlatform.run { platform in
            let answer = try await platform.call("AddAccount", Self.newAccount.merging(change) { $1 })
            #expect(answer.errorCode == code)
            #expect(answer.errorField == change.keys.first)
            let repaired = try await platform.call("AddAccount", Self.newAccount)
            #expect(repaired.errorCode == nil)
        }
    }

    @Test func `a child cannot have children, an inactive account can do nothing`() async throws {
        try await TestPlatform.run { platform in
            let child = try await platform.child("tenant-one")
            let grandchild = try await platform.call(
                "AddAccount",
                Self.newAccount.merging([
                    "parent_account_name": "tenant-one", "parent_account_api_key": child.key,
                ]) { $1 })
            #expect(grandchild.errorCode == 104)
            let master = try await platform.master
            let off = try await master.call(
                "SetChildAccountInfo", ["child_account_id": "\(child.id)", "active": "false"])
            #expect(off["result"].number == 1)
            #expect(try await child.call("GetAccountInfo").errorCode == 131)
            try await master.call("SetChildAccountInfo", ["child_account_name": "tenant-one", "active": "true"])
            #expect(try await child.call("GetAccountInfo").errorCode == nil)
        }
    }

    @Test func `an account changes its own data`() async throws {
        try await TestPlatform.run { platform in
            let child = try await platform.child("tenant-one")
            let set = try await child.call(
                "SetAccountInfo",
                [
                    "new_account_email": "new@tenant.test", "account_first_name": "Анна",
                    "min_balance_to_notify": "5.5",
                    "callback_url": "https://tenant.test/hook", "callback_salt": "pepper", "location": "Europe/Berlin",
                ])
            #expect(set["result"].number == 1)
            let info = try await child.call("GetAccountInfo")["result"]
            #expect(info["account_email"].string == "new@tenant.test")
            #expect(info["account_first_name"].string == "Анна")
            #expect(info["min_balance_to_notify"].decimal == 5.5)
            #expect(try await child.call("SetAccountInfo", ["callback_url": "ftp://x"]).errorCode == 398)
            let salt = String(repeating: "x", count: 40)
            #expect(try await child.call("SetAccountInfo", ["callback_salt": salt]).errorCode == 399)
            let taken = try await child.call("SetAccountInfo", ["new_account_email": "eur@operator.test"])
            #expect(taken.errorCode == 128)
        }
    }

    @Test func `a parent lists its children`() async throws {
        try await TestPlatform.run { platform in
            let one = try await platform.child("tenant-one")
            _ = try await platform.child("tenant-two")
            let master = try await platform.master
            let all = try await master.call("GetChildrenAccounts", ["child_account_id": "all", "count": "1"])
            #expect(all["total_count"].number == 2)
            #expect(all["count"].number == 1)
            #expect(all["result"][0]["account_id"].number == one.id)
            let byName = try await master.call(
                "GetChildrenAccounts",
                [
                    "child_account_name": "tenant-two;tenant-one", "order_by": "child_account_name",
                    "brief_output": "true",
                ])
            #expect(byName["result"].items.compactMap { $0["account_name"].string } == ["tenant-one", "tenant-two"])
            #expect(try await master.call("GetChildrenAccounts").errorCode == 134)
            let unknown = ["child_account_id": "\(one.id);99999"]
            #expect(try await master.call("GetChildrenAccounts", unknown).errorCode == 194)
            let lenient = unknown.merging(["ignore_invalid_accounts": "true"]) { $1 }
            #expect(try await master.call("GetChildrenAccounts", lenient)["total_count"].number == 1)
        }
    }

    @Test func `a parent that has lost a new account's key is told it again, and nobody else is`() async throws {
        try await TestPlatform.run { platform in
            let child = try await platform.child("tenant-one")
            let master = try await platform.master
            let id = ["child_account_id": "\(child.id)"]
            let found = try await master.call("GetChildrenAccounts", id)["result"][0]["api_key"].string
            #expect(found == child.key)
            #expect(try await child.call("GetAccountInfo")["result"]["api_key"].string == nil)
        }
    }

    @Test func `money goes to a child and back, and both balances are the sums of their entries`() async throws {
        try await TestPlatform.run { platform in
            let child = try await platform.child("tenant-one")
            let master = try await platform.master
            let id = ["child_account_id": "\(child.id)"]
            let given = try await master.call("TransferMoneyToChildAccount", id.merging(["amount": "12.345678"]) { $1 })
            #expect(given["result"].number == 1)
            try await master.call("TransferMoneyToChildAccount", id.merging(["amount": "-2"]) { $1 })
            #expect(try await child.call("GetAccountInfo")["result"]["balance"].decimal == 10.345678)
            #expect(try await master.call("GetAccountInfo")["result"]["balance"].decimal == 989.654322)
            let history = try await child.call(
                "GetTransactionHistory", ["from_date": "2020-01-01", "to_date": "2100-01-01 00:00:00"])
            let kinds = history["result"].items.compactMap { $0["transaction_type"].string }
            #expect(kinds == ["money_acceptance_from_parent", "money_transfer_to_parent"])
            let tooMuch = id.merging(["amount": "-11", "strict_mode": "true"]) { $1 }
            #expect(try await master.call("TransferMoneyToChildAccount", tooMuch).errorCode == 127)
            #expect(
                try await master.call("TransferMoneyToChildAccount", id.merging(["amount": "0.001"]) { $1 }).errorCode
                    == 125)
            #expect(
                try await master.call("TransferMoneyToChildAccount", id.merging(["amount": "1e3"]) { $1 }).errorCode
                    == 125)
            #expect(
                try await master.call(
                    "TransferMoneyToChildAccount", id.merging(["amount": "1", "currency": "USD"]) { $1 }
                ).errorCode == 101)
        }
    }

    @Test func `a transfer with a known reference is made once`() async throws {
        try await TestPlatform.run { platform in
            let child = try await platform.child("tenant-one")
            let master = try await platform.master
            let transfer = [
                "child_account_id": "\(child.id)", "amount": "3", "payment_reference": "invoice-1",
                "check_duplicate_reference_from": "2020-01-01 00:00:00",
            ]
            for _ in 0..<3 {
                #expect(try await master.call("TransferMoneyToChildAccount", transfer)["result"].number == 1)
            }
            #expect(try await child.call("GetAccountInfo")["result"]["balance"].decimal == 3)
            let dates = ["from_date": "2020-01-01", "to_date": "2100-01-01"]
            let children = try await master.call(
                "GetTransactionHistory", dates.merging(["children_transactions_only": "true"]) { $1 })
            #expect(children["result"].items.compactMap { $0["account_id"].number } == [child.id])
            let bad = ["from_date": "2021-01-01", "to_date": "2020-01-01"]
            #expect(try await child.call("GetTransactionHistory", bad).errorCode == 123)
            #expect(
                try await child.call("GetTransactionHistory", ["from_date": "2021-02-30"]).errorField == "from_date")
        }
    }
}
