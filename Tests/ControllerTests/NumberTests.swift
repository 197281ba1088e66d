import Foundation
import Storage
import Synchronization
import TestPostgres
import Testing

@testable import Controller

/// Numbers that portals look for, buy, renew and give back.
@Suite struct NumberTests {
    private static let number = "74012000001"

    private static func order(
        _ request: String = "order-0001", number: String = number, price: String = "10.00", installation: String = "2"
    ) -> JSONValue {
        [
            "REQUEST_ID": .text(request), "PHONE_NUMBER": .text(number), "COUNTRY": "RU", "CATEGORY": "GEOGRAPHIC",
            "REGION_ID": "7", "PRICE": .text(price), "INSTALLATION_PRICE": .text(installation),
        ]
    }

    private func sales(_ world: World) -> [String] { world.platform.state.withLock { $0.sales } }

    /// Time has passed, or something was lost.
    private func change(_ world: World, _ statement: String) async throws {
        let database = try await Storage.Database.open(TestDatabases.location(world.databasePath))
        try await database.write { try $0.execute(statement) }
        try database.close()
    }

    private func states(_ world: World) -> [String] {
        world.portal.told("NumberChanged").compactMap { $0["STATE"]?.string }
    }

    @Test("What is sold is found from the country down to the number with its price")
    func search() async throws {
        try await World.run { world async throws in
            let countries = try await world.command("GetNumberCountries", ["LOCALE": "EN"])
            #expect(countries.json?["result"]?.elements.first?["NAME"] == "Russia")
            let place: JSONValue = ["COUNTRY": "RU", "CATEGORY": "GEOGRAPHIC"]
            #expect(try await world.command("GetNumberStates", place).json?["result"]?.elements.isEmpty == true)
            let region = try await world.command("GetNumberRegions", place).json?["result"]?.elements.first
            #expect(region?["PRICE"] == "10.00" && region?["INSTALLATION_PRICE"] == "2.00")
            #expect(region?["REGION_ID"] == "7" && region?["FREE"] == 9)
            let found = try await world.command(
                "FindNumbers", ["COUNTRY": "RU", "CATEGORY": "GEOGRAPHIC", "REGION_ID": "7", "MASK": "7401*"])
            let offer = try #require(found.json?["result"]?.elements.first)
            #expect(offer["PHONE_NUMBER"] == "74012000001" && offer["PRICE"] == "10.00" && offer["MONTHS"] == 1)
            #expect(offer["CURRENCY"] == "RUB" && found.json?["total"] == 2)
            for (command, wrong) in [
                ("FindNumbers", ["COUNTRY": "RU", "CATEGORY": "GEOGRAPHIC"] as JSONValue),
                ("FindNumbers", ["COUNTRY": "RU", "CATEGORY": "GEOGRAPHIC", "REGION_ID": "7", "MASK": "7; DROP"]),
                ("GetNumberRegions", ["COUNTRY": "Russia", "CATEGORY": "GEOGRAPHIC"]),
                ("GetNumberRegions", ["COUNTRY": "XX", "CATEGORY": "GEOGRAPHIC"]),
                ("GetNumberCountries", ["LOCALE": "XX"]),
            ] {
                let answer = try await world.command(command, wrong)
                #expect(answer.code == "WRONG_REQUEST", "\(command) \(wrong)")
            }
        }
    }

    @Test("A number is bought, bound and told once, however often the order comes")
    func buy() async throws {
        try await World.run { world async throws in
            async let first = world.command("BuyNumber", Self.order())
            async let second = world.command("BuyNumber", Self.order())
            let answers = try await [first, second, world.command("BuyNumber", Self.order())]
            for answer in answers {
                #expect(answer.json?["result"]?["STATE"] == "ACTIVE")
                #expect(answer.json?["result"]?["NEXT_RENEWAL"] == "2999-01-01")
                #expect(!answer.text.contains("127.0.0.1") && !answer.text.contains("1001"))
            }
            #expect(sales(world) == [Self.number])
            #expect(world.platform.state.withLock { $0.bound } == [Self.number])
            await world.portal.events.wait { !states(world).isEmpty }
            // The line that the portal makes for it costs nothing more.
            #expect(try await world.command("AddNumber", ["PHONE_NUMBER": .text(Self.number)]).status == 200)
            let list = try await world.command("GetNumbers").json
            #expect(list?["result"]?.elements.map { $0["PHONE_NUMBER"] } == [.text(Self.number)])
            #expect(list?["FRESH"] == "Y" && sales(world).count == 1 && states(world) == ["ACTIVE"])
            let other = try await world.command("BuyNumber", Self.order(number: "74012000002"))
            #expect(other.code == "REQUEST_REUSED" && other.status == 409)
        }
    }

    @Test("A number whose place is not named is looked for, and bought at the agreed price only")
    func unplaced() async throws {
        try await World.run { world async throws in
            #expect(try await world.buy("74012000099").code == "NUMBER_TAKEN")
            world.platform.state.withLock { $0.price.monthly = 11 }
            #expect(try await world.buy(Self.number).code == "PRICE_CHANGED")
            world.platform.state.withLock { $0.price.monthly = 10 }
            #expect(try await world.buy(Self.number).json?["result"]?["CATEGORY"] == "GEOGRAPHIC")
            #expect(world.platform.lastCommand("AttachPhoneNumber")?["country_code"] == "RU")
            let again = try await world.command("BuyNumber", Self.order("order-\(Self.number)"))
            #expect(again.json?["result"]?["STATE"] == "ACTIVE" && sales(world) == [Self.number])
            let half: JSONValue = [
                "REQUEST_ID": "order-0002", "PHONE_NUMBER": "74012000002", "COUNTRY": "RU", "PRICE": "10",
                "INSTALLATION_PRICE": "2",
            ]
            #expect(try await world.command("BuyNumber", half).code == "WRONG_REQUEST")
        }
    }

    @Test("A paid number whose calls the platform refuses to send is the portal's, is told, and is tried again")
    func unbound() async throws {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        try await World.run(setting) { world async throws in
            world.platform.state.withLock { $0.unbindable = [Self.number] }
            let first = try await world.command("BuyNumber", Self.order())
            #expect(first.status == 200 && first.json?["result"]?["STATE"] == "UNBOUND")
            let tries = world.platform.count("BindPhoneNumberToApplication")
            await world.platform.events.wait { world.platform.count("BindPhoneNumberToApplication") > tries + 2 }
            let shown = try await world.command("GetNumbers").json?["result"]?.elements
            #expect(shown?.first?["STATE"] == "UNBOUND")
            let added = try await world.command("AddNumber", ["PHONE_NUMBER": .text(Self.number)])
            #expect(added.json?["STATE"] == "UNBOUND")
            let renewal = try await world.command(
                "SetNumberRenewal", ["PHONE_NUMBER": .text(Self.number), "AUTO_RENEW": "N"])
            #expect(renewal.json?["result"]?["STATE"] == "UNBOUND")
            world.platform.state.withLock { $0.unbindable = [] }
            await world.portal.events.wait { states(world).contains("ACTIVE") }
            #expect(states(world) == ["UNBOUND", "UNBOUND", "ACTIVE"] && sales(world) == [Self.number])
            #expect(try await world.command("BuyNumber", Self.order()).json?["result"]?["STATE"] == "ACTIVE")
        }
    }

    @Test("A paid number without calls can be given back, and nothing goes on trying", arguments: [true, false])
    func unboundReleased(isRefused: Bool) async throws {
        try await World.run { world async throws in
            if isRefused {
                world.platform.state.withLock { $0.unbindable = [Self.number] }
            } else {
                for _ in 0..<3 { world.platform.fail("BindPhoneNumberToApplication", .refuse(code: 2)) }
            }
            let bought = try await world.command("BuyNumber", Self.order())
            #expect(bought.status == (isRefused ? 200 : 503))
            let released = try await world.command("ReleaseNumber", ["PHONE_NUMBER": .text(Self.number)])
            #expect(released.json?["result"]?["STATE"] == "RELEASED")
            #expect(try await world.command("BuyNumber", Self.order()).json?["result"]?["STATE"] == "RELEASED")
            let database = try await Storage.Database.open(TestDatabases.location(world.databasePath))
            defer { try? database.close() }
            let due = try await database.read {
                try $0.queryOne("SELECT COUNT(*) AS number FROM number_purchase WHERE phase = 'paid'")
            }
            #expect(try due?.integer("number") == 0)
        }
    }

    @Test("Of two portals that buy a number at once, one has it and the other is told so")
    func race() async throws {
        try await World.run { world async throws in
            async let first = world.command("BuyNumber", Self.order())
            async let second = world.command("BuyNumber", Self.order("order-0002"), portal: "other")
            let answers = try await [first, second]
            #expect(answers.filter { $0.status == 200 }.count == 1)
            #expect(answers.filter { $0.code == "NUMBER_TAKEN" }.count == 1)
            #expect(sales(world) == [Self.number])
            let owners = try await [world.command("GetNumbers"), world.command("GetNumbers", portal: "other")]
            #expect(owners.flatMap { $0.json?["result"]?.elements ?? [] }.count == 1)
        }
    }

    @Test("Neither another price, nor too little money, nor a number that has gone is bought")
    func refusals() async throws {
        try await World.run { world async throws in
            let changed = try await world.command("BuyNumber", Self.order(price: "9.00"))
            #expect(changed.code == "PRICE_CHANGED" && changed.status == 409)
            #expect(changed.text.contains("10.00 RUB"))
            let gone = try await world.command("BuyNumber", Self.order(number: "74012000099"))
            #expect(gone.code == "NUMBER_TAKEN")
            world.platform.state.withLock { $0.balance = .real(11.99) }
            let short = try await world.command("BuyNumber", Self.order())
            #expect(short.code == "INSUFFICIENT_FUNDS" && short.status == 402)
            world.platform.state.withLock { $0.balance = .integer(0) }
            #expect(try await world.command("BuyNumber", Self.order()).code == "ACCOUNT_BLOCKED")
            #expect(world.platform.count("AttachPhoneNumber") == 0)
            for wrong in [
                Self.order("short"), Self.order(price: "-1"), Self.order(price: "much"), Self.order(number: "x"),
            ] {
                #expect(try await world.command("BuyNumber", wrong).code == "WRONG_REQUEST")
            }
            // With money the same order goes through: nothing of it was kept.
            world.platform.state.withLock { $0.balance = .integer(100) }
            #expect(try await world.command("BuyNumber", Self.order()).status == 200)
        }
    }

    @Test("Money that has gone meanwhile ends the order for good, and frees the number")
    func spentMeanwhile() async throws {
        try await World.run { world async throws in
            world.platform.fail("AttachPhoneNumber", .refuse(code: 127))
            #expect(try await world.command("BuyNumber", Self.order()).code == "INSUFFICIENT_FUNDS")
            #expect(try await world.command("BuyNumber", Self.order()).code == "INSUFFICIENT_FUNDS")
            #expect(world.platform.count("AttachPhoneNumber") == 1)
            await world.portal.events.wait { states(world) == ["FAILED"] }
            #expect(world.portal.told("NumberChanged").first?["ERROR"] == "INSUFFICIENT_FUNDS")
            #expect(try await world.command("BuyNumber", Self.order("order-0003"), portal: "other").status == 200)
        }
    }

    @Test(
        "A lost answer or a refused step is taken up again and ends with one number",
        arguments: ["AttachPhoneNumber", "BindPhoneNumberToApplication"], [true, false])
    func interrupted(method: String, isLost: Bool) async throws {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        try await World.run(setting) { world async throws in
            // Attaching is never repeated by itself; binding is, three times.
            for _ in 0..<(method == "AttachPhoneNumber" ? 1 : 3) {
                world.platform.fail(method, isLost ? .loseAnswer : .refuse(code: 2))
            }
            #expect(try await world.command("BuyNumber", Self.order()).code == "PLATFORM_UNAVAILABLE")
            await world.portal.events.wait { states(world) == ["ACTIVE"] }
            #expect(sales(world) == [Self.number])
            #expect(try await world.command("BuyNumber", Self.order()).json?["result"]?["STATE"] == "ACTIVE")
            #expect(sales(world) == [Self.number])
        }
    }

    @Test("An order that nobody waits for any more is not carried out, and one that was is found")
    func late() async throws {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        setting.limits.longestBackOff = .seconds(3600)
        setting.limits.firstBackOff = .seconds(3600)
        try await World.run(setting) { world async throws in
            world.platform.fail("AttachPhoneNumber", .refuse(code: 2))
            _ = try await world.command("BuyNumber", Self.order())
            world.platform.fail("AttachPhoneNumber", .loseAnswer)
            _ = try await world.command("BuyNumber", Self.order("order-0002", number: "74012000002"))
            try await change(world, "UPDATE number_purchase SET created_at = created_at - 7200000, due_at = 0")
            await world.portal.events.wait { states(world).count == 2 }
            #expect(Set(states(world)) == ["FAILED", "ACTIVE"])
            #expect(sales(world) == ["74012000002"])
            #expect(world.portal.told("NumberChanged").first { $0["STATE"] == "FAILED" }?["REQUEST_ID"] == "order-0001")
        }
    }

    @Test("A number that is given back is nobody's: calls, renewals and the next buyer know it")
    func release() async throws {
        try await World.run { world async throws in
            _ = try await world.command("BuyNumber", Self.order())
            let number: JSONValue = ["PHONE_NUMBER": .text(Self.number)]
            #expect(try await world.command("ReleaseNumber", number, portal: "other").code == "NUMBER_NOT_FOUND")
            world.platform.fail("DeactivatePhoneNumber", .loseAnswer)
            for _ in 0..<2 {
                let answer = try await world.command("ReleaseNumber", number)
                #expect(answer.json?["result"]?["STATE"] == "RELEASED")
            }
            #expect(world.platform.state.withLock { $0.numbers.isEmpty })
            #expect(try await world.command("GetNumbers").json?["result"]?.elements.isEmpty == true)
            #expect(try await world.command("RenewNumber", number).code == "NUMBER_NOT_FOUND")
            let next = try await world.command("BuyNumber", Self.order("order-0002"), portal: "other")
            #expect(next.json?["result"]?["STATE"] == "ACTIVE")
            await world.portal.events.wait { states(world).count == 2 }
            // The other portal's news go to that one.
            #expect(states(world) == ["ACTIVE", "RELEASED"])
        }
    }

    @Test("A failed renewal is told, payment brings the number back, and a lost one is told too")
    func renewal() async throws {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        setting.platform.state.withLock { $0.nextRenewal = "2026-12-27" }
        try await World.run(setting) { world async throws in
            _ = try await world.command("BuyNumber", Self.order())
            let number: JSONValue = ["PHONE_NUMBER": .text(Self.number)]
            let off = try await world.command(
                "SetNumberRenewal", ["PHONE_NUMBER": .text(Self.number), "AUTO_RENEW": "N"])
            #expect(off.json?["result"]?["AUTO_RENEW"] == "N")
            world.platform.state.withLock { state in
                state.frozen = [Self.number]
                state.balance = .real(1)
            }
            try await change(world, "UPDATE rented_number SET look_at = 0")
            await world.portal.events.wait { states(world).contains("FROZEN") }
            #expect(try await world.command("RenewNumber", number).code == "INSUFFICIENT_FUNDS")
            world.platform.state.withLock { $0.balance = .real(100) }
            #expect(try await world.command("RenewNumber", number).json?["result"]?["STATE"] == "ACTIVE")
            world.platform.state.withLock { $0.numbers = [:] }
            try await change(world, "UPDATE rented_number SET look_at = 0")
            await world.portal.events.wait { states(world).contains("RELEASED") }
            #expect(states(world) == ["ACTIVE", "ACTIVE", "FROZEN", "ACTIVE", "RELEASED"])
        }
    }

    @Test("A number that the platform has and the controller does not know is the portal's")
    func unknownPaid() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            world.platform.state.withLock { $0.numbers["74012000007"] = $0.accounts.values.first }
            let list = try await world.command("GetNumbers").json?["result"]?.elements
            #expect(list?.first?["PHONE_NUMBER"] == "74012000007" && list?.first?["STATE"] == "ACTIVE")
            world.platform.state.withLock {
                $0.faults["GetPhoneNumbers"] = Array(repeating: .refuse(code: 2), count: 3)
            }
            let stale = try await world.command("GetNumbers").json
            #expect(stale?["FRESH"] == "N" && stale?["result"]?.elements.count == 1)
        }
    }
}
