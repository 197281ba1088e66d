import Foundation
import RequestSigning
import Synchronization
import Testing

@testable import Controller

/// Orders of portals, callbacks of payment systems, and the money that follows: once each.
@Suite struct PaymentTests {
    private static let refusal = World.Answer(
        status: 403, text: #"{"error":{"code":"REFUSED","msg":"the request was refused"}}"#)

    private func reference(_ answer: World.Answer) throws -> String {
        try #require(answer.json?["result"]?["REFERENCE"]?.string, "\(answer)")
    }

    private func received(_ world: World) -> [JSONValue] { world.portal.told("PaymentReceived") }
    private func transfers(_ world: World) -> [String] { world.platform.state.withLock { $0.transfers } }

    @Test("A confirmed payment is on the account once, is told once, and of the platform nothing shows")
    func paid() async throws {
        try await World.run { world async throws in
            let made = try await world.order()
            let order = try reference(made)
            #expect(made.json?["result"]?["STATE"] == "OPEN")
            #expect(try await world.order() == made, "the same request makes no second order")
            let answer = try await world.pay(order, "250.00")
            #expect(answer.status == 200 && answer.json?["order"] == .text(order), "\(answer)")
            await world.portal.events.wait { !received(world).isEmpty }
            #expect(transfers(world) == [order])
            let news = try #require(received(world).first)
            #expect(news["AMOUNT"] == "250.00" && news["STATE"] == "CREDITED" && news["BALANCE"] == "262.50")
            let balance = try await world.command("GetBalance")
            #expect(balance.json?["result"]?["BALANCE"] == "262.50" && balance.json?["result"]?["BLOCKED"] == "N")
            let payments = try await world.command("GetPayments")
            #expect(payments.json?["result"]?.elements.first?["STATE"] == "CREDITED")
            #expect(payments.json?["result"]?.elements.first?["PAYMENT_ID"] == "payment-1")
            let statement = try await world.command("GetStatement")
            let movement = try #require(statement.json?["result"]?.elements.first)
            #expect(movement["KIND"] == "PAYMENT" && movement["REFERENCE"] == .text(order))
            #expect(movement["AMOUNT"] == "250.00")
            for text in [made, balance, payments, statement].map(\.text) + [news.encoded] {
                #expect(!text.contains("1001") && !text.contains("127.0.0.1") && !text.contains("account_"), "\(text)")
            }
            #expect(try await world.command("GetPayments", portal: "other").json?["result"]?.elements.isEmpty == true)
            #expect(!world.log.text.contains(World.bankSecret))
        }
    }

    @Test("However often a callback comes, also at once, it gets the same answer and moves no money")
    func replay() async throws {
        try await World.run { world async throws in
            let order = try reference(try await world.order())
            let answers = try await withThrowingTaskGroup(of: World.Answer.self) { group in
                for _ in 0..<8 { group.addTask { try await world.pay(order, "250.00") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            await world.portal.events.wait { !received(world).isEmpty }
            let later = try await world.pay(order, "250")
            #expect(Set((answers + [later]).map(\.text)).count == 1 && later.status == 200)
            #expect(transfers(world) == [order])
            #expect(received(world).count == 1)
        }
    }

    private static let mistakes: [(name: String, bend: @Sendable (inout World.PaymentSigning) -> Void)] = [
        ("no headers", { $0.signature = "" }),
        ("a wrong signature", { $0.signature = String(repeating: "0", count: 64) }),
        ("no hexadecimal", { $0.signature = "‹›" }),
        ("another system's key", { $0.secret = World.cardsSecret }),
        ("an old time", { $0.time -= 301 }),
        ("a coming time", { $0.time += 600 }),
        ("a time beyond all", { $0.time = .max }),
        ("another body", { $0.signedBody = "{}" }),
        ("another path", { $0.signedPath = "/payments/cards" }),
        ("another verb", { $0.signedMethod = "PUT" }),
        ("another payment", { $0.signedPayment = "payment-2" }),
        ("no payment", { $0.payment = "" }),
        ("an endless payment", { $0.payment = String(repeating: "p", count: 65) }),
    ]

    @Test("Whatever is wrong with a callback's signature, the answer is the same and nothing is paid")
    func signatures() async throws {
        try await World.run { world async throws in
            let order = try reference(try await world.order())
            let body = #"{"payment_id":"payment-1","order":"\#(order)","amount":"250","currency":"RUB"}"#
            for mistake in Self.mistakes {
                var signing = World.PaymentSigning()
                mistake.bend(&signing)
                let answer = try await world.callBack("/payments/bank", body, signing)
                #expect(answer == Self.refusal, "\(mistake.name)")
            }
            #expect(try await world.callBack("/payments/nobody", body, .init()) == Self.refusal)
            #expect(try await world.callBack("/payments/cards", body, .init()) == Self.refusal)
            let long = String(repeating: " ", count: 17 << 10)
            let answer = try? await world.callBack("/payments/bank", body + long, .init())
            #expect(answer == nil || answer == Self.refusal)
            #expect(try await world.command("GetPayments").json?["result"]?.elements.first?["STATE"] == "OPEN")
        }
    }

    @Test("A callback that does not fit its order is refused, and says why")
    func contents() async throws {
        try await World.run { world async throws in
            let order = try reference(try await world.order())
            let refusals = [
                (try await world.pay(order, "249.99"), 422, "AMOUNT_MISMATCH"),
                (try await world.pay(order, "250.00", "USD"), 422, "CURRENCY_MISMATCH"),
                (try await world.pay("P234567892345", "250.00"), 404, "ORDER_NOT_FOUND"),
                (try await world.pay(order, "much"), 400, "WRONG_REQUEST"),
                (try await world.pay(order, "-250"), 400, "WRONG_REQUEST"),
                (try await world.pay(order, "250.00", payment: "payment-é"), 400, "WRONG_REQUEST"),
                (try await world.pay(order, "250.00", "GBP"), 400, "WRONG_REQUEST"),
                (try await world.pay("", "250.00"), 400, "WRONG_REQUEST"),
            ]
            for (answer, status, code) in refusals {
                #expect(answer.status == status && answer.code == code, "\(answer)")
            }
            let other = #"{"payment_id":"payment-2","order":"\#(order)","amount":"250","currency":"RUB"}"#
            #expect(try await world.callBack("/payments/bank", other, .init()).code == "WRONG_REQUEST")
            #expect(try await world.callBack("/payments/bank", "[]", .init()).code == "WRONG_REQUEST")
            #expect(try await world.pay(order, "250.00").status == 200)
            // The same payment with something else in it, and another payment for the same order.
            #expect(try await world.pay(order, "251.00").code == "PAYMENT_CHANGED")
            let second = try reference(try await world.order("250.00", "payment-0002"))
            #expect(try await world.pay(second, "250.00").code == "PAYMENT_CHANGED")
            #expect(try await world.pay(order, "250.00", payment: "payment-2").code == "ORDER_PAID")
            // Another system may use the same names for its payments.
            #expect(try await world.pay(second, "250.00", system: "cards").status == 200)
            await world.portal.events.wait { received(world).count == 2 }
            #expect(transfers(world).count == 2)
            #expect(world.log.text.contains("error payment refused"))
            #expect(world.log.text.contains("PAYMENT_CHANGED"))
        }
    }

    @Test("An order that has expired is not paid any more")
    func expired() async throws {
        try await World.run { world async throws in
            let order = try reference(try await world.order())
            try await world.change("UPDATE payment_order SET expires_at = created_at")
            let answer = try await world.pay(order, "250.00")
            #expect(answer.code == "ORDER_EXPIRED" && answer.status == 409)
            #expect(try await world.command("GetPayments").json?["result"]?.elements.first?["STATE"] == "EXPIRED")
            #expect(transfers(world).isEmpty)
        }
    }

    @Test(
        "A transfer that is refused, or whose answer is lost, is taken up again and happens once",
        arguments: ["TransferMoneyToChildAccount", "GetAccountInfo"], [true, false])
    func interrupted(method: String, isLost: Bool) async throws {
        try await World.run { world async throws in
            let order = try reference(try await world.order())
            for _ in 0..<4 { world.platform.fail(method, isLost ? .loseAnswer : .refuse(code: 127)) }
            #expect(try await world.pay(order, "250.00").status == 200)
            await world.portal.events.wait { !received(world).isEmpty }
            #expect(transfers(world) == [order])
            #expect(received(world).count == 1)
            // Whoever cannot be asked for the balance holds nothing up.
            if method == "GetAccountInfo", isLost { #expect(received(world).first?["BALANCE"] == .null) }
        }
    }

    @Test("A payment that waits is seen in the metrics, with its age")
    func metrics() async throws {
        var setting = World.Setting()
        setting.limits.firstBackOff = .seconds(3600)
        setting.limits.longestBackOff = .seconds(3600)
        try await World.run(setting) { world async throws in
            let order = try reference(try await world.order())
            #expect(try await world.admin("/metrics").text.contains("switchboard_payments_waiting 0"))
            world.platform.fail("TransferMoneyToChildAccount", .refuse(code: 127))
            _ = try await world.pay(order, "250.00")
            try await world.change("UPDATE payment_order SET paid_at = paid_at - 5000000")
            let text = try await world.admin("/metrics").text
            #expect(text.contains("switchboard_payments_waiting 1"))
            #expect(text.contains("switchboard_payments_waiting_seconds 50"))
        }
    }

    @Test("A payment ends the warning, and has frozen numbers looked at")
    func unblocked() async throws {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        setting.platform.state.withLock { $0.balance = .integer(1000) }
        try await World.run(setting) { world async throws in
            let order = try reference(try await world.order("500"))
            _ = try await world.command("GetBalance")
            world.platform.state.withLock { $0.balance = .integer(0) }
            let blocked = try await world.command("GetBalance").json?["result"]
            #expect(blocked?["BLOCKED"] == "Y" && blocked?["BALANCE"] == "0.00")
            #expect(try await world.admin("/admin/balance/demo").json?["PHASE"] == "empty")
            world.platform.state.withLock { state in
                state.numbers["74012000007"] = state.accounts.values.first
                state.frozen = ["74012000007"]
            }
            _ = try await world.command("GetNumbers")
            world.platform.state.withLock { $0.frozen = [] }
            _ = try await world.pay(order, "500")
            await world.portal.events.wait {
                world.portal.told("NumberChanged").last?["STATE"] == "ACTIVE" && !received(world).isEmpty
            }
            #expect(try await world.admin("/admin/balance/demo").json?["PHASE"] == "armed")
            #expect(try await world.command("GetBalance").json?["result"]?["BLOCKED"] == "N")
        }
    }

    @Test("When the platform is away the balance is that which was seen last, and says so")
    func away() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetBalance")
            for _ in 0..<3 { world.platform.fail("GetAccountInfo", .refuse(code: 2)) }
            let stale = try await world.command("GetBalance").json?["result"]
            #expect(stale?["FRESH"] == "N" && stale?["BALANCE"] == "12.50")
        }
    }

    @Test("What an order may be for, and how many may wait")
    func orders() async throws {
        try await World.run { world async throws in
            for wrong in ["0.99", "0", "-5", "1.001", "1000000.01", "9999999999999999", "x", ""] {
                let answer = try await world.order(wrong)
                #expect(answer.code == "WRONG_REQUEST" && answer.text.contains("AMOUNT"), "\(wrong)")
            }
            let other: JSONValue = ["AMOUNT": "5", "REQUEST_ID": "payment-0001", "CURRENCY": "USD"]
            #expect(try await world.command("CreatePaymentOrder", other).code == "WRONG_REQUEST")
            #expect(try await world.order("5", "short").code == "WRONG_REQUEST")
            #expect(try await world.order("1").status == 200)
            #expect(try await world.order("2").code == "REQUEST_REUSED")
            // Another portal's requests are its own.
            #expect(try await world.order("2", portal: "other").status == 200)
            for number in 2...100 { _ = try await world.order("1000000.00", "payment-\(10_000 + number)") }
            #expect(try await world.order("1", "one-too-many").code == "BUSY")
            #expect(try await world.order("1").status == 200)
            let first = try await world.command("GetPayments", ["LIMIT": 60]).json
            let cursor = try #require(first?["next"])
            let rest = try await world.command("GetPayments", ["LIMIT": 60, "CURSOR": cursor]).json
            let all = [first, rest].flatMap { $0?["result"]?.elements ?? [] }.map { $0["REFERENCE"]?.string }
            #expect(all.count == 100 && Set(all).count == 100 && rest?["next"] == .null)
            #expect(try await world.command("GetPayments", ["CURSOR": "x"]).code == "WRONG_REQUEST")
        }
    }

    @Test("The vectors of the page are what the controller computes and takes")
    func vectors() async throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/payments-vectors.json")
        let vectors = try #require(JSONValue(try Data(contentsOf: file))?["vectors"]?.elements)
        #expect(!vectors.isEmpty)
        for vector in vectors {
            func text(_ name: String) throws -> String { try #require(vector[name]?.string) }
            let request = SignedRequest(
                method: try text("method"), path: try text("path"), body: Array(try text("body").utf8),
                time: try #require(vector["time"]?.int64), nonce: try text("payment"))
            let key = try #require(RequestKey(hexadecimal: try text("secret")))
            #expect(request.signature(key) == (try text("signature")))
            let body = try #require(JSONValue(Data(try text("body").utf8)))
            #expect(throws: Never.self) { try PaymentCallback(body, system: "bank", payment: try text("payment")) }
        }
    }

    @Test("Two keys are good until the former one ends; a new one counts from the next callback on")
    func rotation() throws {
        let (new, end) = (String(repeating: "7c", count: 32), Moment(milliseconds: 5000))
        let system = try #require(
            PaymentSystem(name: "bank", secret: Secret(new), former: (Secret(World.bankSecret), end)))
        #expect(system.keys(at: Moment(milliseconds: 4999)).count == 2)
        #expect(system.keys(at: end).count == 1)
        #expect(PaymentSystem(name: "bank", secret: Secret(new), former: (Secret("5a"), end)) == nil)
    }

    @Test("A key that is changed while the controller runs is taken at once")
    func newKey() async throws {
        let new = Secret(String(repeating: "7c", count: 32))
        let known = Mutex(World.paymentSystems)
        var setting = World.Setting()
        setting.paymentSystems = { known.withLock { $0 } }
        try await World.run(setting) { world async throws in
            let order = try reference(try await world.order("5"))
            known.withLock { $0 = [PaymentSystem(name: "bank", secret: new)].compactMap(\.self) }
            #expect(try await world.pay(order, "5.00").status == 403)
            let former = (secret: Secret(World.bankSecret), until: Moment(milliseconds: .max))
            known.withLock { $0 = [PaymentSystem(name: "bank", secret: new, former: former)].compactMap(\.self) }
            #expect(try await world.pay(order, "5.00").status == 200)
        }
    }

    @Test("Only a plain name and a whole secret make a payment system")
    func systems() {
        let secret = Secret(World.bankSecret)
        #expect(PaymentSystem(name: "bank-2", secret: secret) != nil)
        for name in ["", "Bank", "bank/2", String(repeating: "b", count: 33)] {
            #expect(PaymentSystem(name: name, secret: secret) == nil, "\(name)")
        }
        for secret in ["", "5a", String(repeating: "5A", count: 32), String(repeating: "zz", count: 32)] {
            #expect(PaymentSystem(name: "bank", secret: Secret(secret)) == nil)
        }
    }
}
