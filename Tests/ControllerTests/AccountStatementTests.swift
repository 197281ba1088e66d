import Foundation
import Synchronization
import Testing

@testable import Controller

/// What portals see of their accounts' ledgers.
@Suite struct AccountStatementTests {
    private let base = Int64(Date().timeIntervalSince1970) - 1000

    private func row(_ id: Int64, _ second: Int64, _ amount: Double, _ kind: String, _ reference: String? = nil)
        -> JSONValue
    {
        [
            "transaction_id": .integer(id), "performed_at": .text(PlatformDate.text(base + second)),
            "amount": .real(amount), "transaction_type": .text(kind), "payment_reference": reference.json,
            "transaction_description": "rule main of account 1001",
        ]
    }

    @Test("A statement is read page by page without a gap or a repetition, also within one second")
    func pages() async throws {
        let setting = World.Setting()
        setting.platform.state.withLock { state in
            state.ledger = (1...23).map { row($0, $0 / 7, -Double($0), "resource_charge") }
        }
        try await World.run(setting) { world async throws in
            for limit: Int64 in [1, 2, 5, 7, 23, 100] {
                var (seen, cursor): ([String?], JSONValue) = ([], .null)
                repeat {
                    let page = try await world.command(
                        "GetStatement", ["LIMIT": .integer(limit), "CURSOR": cursor, "TO": .integer(base + 500)])
                    seen += page.json?["result"]?.elements.map { $0["AMOUNT"]?.string } ?? []
                    cursor = try #require(page.json?["next"])
                } while cursor != .null
                #expect(seen == (1...23).reversed().map { "-\($0).00" }, "\(limit)")
            }
        }
    }

    @Test("Movements are told in the portal's words")
    func kinds() async throws {
        let setting = World.Setting()
        setting.platform.state.withLock { state in
            state.ledger = [
                row(1, 1, 100, "money_acceptance_from_parent", "P234567892345"), row(2, 2, -3, "phone_number_charge"),
                row(3, 3, -1, "phone_number_installation"), row(4, 4, -0.5, "resource_charge"),
                row(5, 5, 7, "money_acceptance_from_parent", "master-1 of voice.example"), row(6, 6, 1, "something"),
            ]
        }
        try await World.run(setting) { world async throws in
            let answer = try await world.command("GetStatement", [:])
            let rows = try #require(answer.json?["result"]?.elements)
            #expect(
                rows.map { $0["KIND"] } == ["OTHER", "PAYMENT", "USAGE", "INSTALLATION", "FEE", "PAYMENT"])
            #expect(rows.map { $0["REFERENCE"] } == [.null, .null, .null, .null, .null, "P234567892345"])
            #expect(answer.json?["BALANCE"]?["BALANCE"] == "12.50")
            for secret in ["1001", "rule main", "voice.example", "transaction"] {
                #expect(!answer.text.contains(secret), "\(secret)")
            }
        }
    }

    @Test(
        "A span or a cursor that cannot be is refused by name",
        arguments: [
            (["FROM": 10, "TO": 9], "FROM"), (["FROM": 0, "TO": 40_000_000], "FROM"), (["LIMIT": 501], "LIMIT"),
            (["CURSOR": "1-2", "FROM": 10, "TO": 20], "CURSOR"), (["CURSOR": "x"], "CURSOR"), (["TO": -1], "TO"),
        ] as [(JSONValue, String)])
    func wrong(body: JSONValue, field: String) async throws {
        try await World.run { world async throws in
            let answer = try await world.command("GetStatement", body)
            #expect(answer.code == "WRONG_REQUEST" && answer.text.contains(field), "\(answer)")
            #expect(world.platform.count("GetTransactionHistory") == 0)
        }
    }
}
