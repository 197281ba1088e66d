import Billing
import CallControl
import Foundation
import Storage
import TestPostgres
import Testing

@testable import VoicePlatform

@Suite struct SubscriptionTests {
    private static let start = UnixTime(seconds: 1_800_000_000)  // 2027-01-15 08:00:00
    private static let day: Int64 = 86_400
    private static let attach = [
        "country_code": "RU", "phone_category_name": "GEOGRAPHIC", "phone_region_id": "1",
        "phone_number": "74012000001",
    ]

    private func jobs(_ platform: TestPlatform) -> PlatformJobs {
        PlatformJobs(
            core: platform.core,
            registrations: RegistrationKeeper(
                database: platform.core.database, registrar: NotingRegistrar(), platformDomain: "voice.test",
                clock: platform.core.clock,
                logger: platform.core.logger))
    }

    private func tenant(_ platform: TestPlatform, money: String) async throws -> Tenant {
        let tenant = try await platform.child("tenant-one")
        try await tenant.call("SetAccountInfo", ["callback_url": "https://hooks.example/"])
        try await platform.master.call(
            "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": money])
        return tenant
    }

    private func callbacks(_ platform: TestPlatform) async throws -> [(type: String, payload: Answer)] {
        try await platform.core.database.read { transaction in
            try transaction.query("SELECT type, payload FROM callback_outbox ORDER BY id").map { row in
                (try row.text("type"), try Answer(Data(try row.text("payload").utf8)))
            }
        }
    }

    private func balance(_ tenant: Tenant) async throws -> Double? {
        try await tenant.call("GetAccountInfo")["result"]["balance"].decimal
    }

    @Test func `a number is charged each month, once, until it is given back`() async throws {
        let time = ManualTime(Self.start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let tenant = try await tenant(platform, money: "20")
            try await tenant.call("AttachPhoneNumber", Self.attach)
            #expect(try await balance(tenant) == 17)
            let listed = try await tenant.call("GetPhoneNumbers")["result"][0]
            #expect(listed["phone_next_renewal"].string == "2027-02-15")
            let jobs = jobs(platform)
            time.now = UnixTime(seconds: Self.start.seconds + 31 * Self.day - 1)
            await jobs.renew(now: time.now)
            #expect(try await balance(tenant) == 17)
            time.now = UnixTime(seconds: time.now.seconds + 1)
            for _ in 0..<3 { await jobs.renew(now: time.now) }
            #expect(try await balance(tenant) == 15)
            let sent = try await callbacks(platform)
            #expect(sent.map(\.type) == ["renewed_subscriptions"])
            let renewed = sent[0].payload["subscriptions"][0]
            #expect(renewed["type"].string == "PHONE_NUM")
            #expect(renewed["next_renewal"].string == "2027-03-15")
            #expect(renewed["details"][0]["phone_numbers"][0].string == "74012000001")
            // Three months away: every month is paid when the platform is back.
            time.now = UnixTime(seconds: Self.start.seconds + 125 * Self.day)
            for _ in 0..<4 { await jobs.renew(now: time.now) }
            #expect(try await balance(tenant) == 9)
            try await tenant.call("DeactivatePhoneNumber", ["phone_number": "74012000001"])
            time.now = UnixTime(seconds: Self.start.seconds + 300 * Self.day)
            await jobs.renew(now: time.now)
            #expect(try await balance(tenant) == 9)
        }
    }

    @Test func `without money a number is frozen, thawed by payment, and taken away after a month`() async throws {
        let time = ManualTime(Self.start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let tenant = try await tenant(platform, money: "4")
            _ = try await tenant.furnish()
            try await tenant.call("AttachPhoneNumber", Self.attach)
            let bound = ["phone_number": "74012000001", "application_name": "switchboard"]
            try await tenant.call("BindPhoneNumberToApplication", bound)
            let jobs = jobs(platform)
            time.now = UnixTime(seconds: Self.start.seconds + 29 * Self.day)
            for _ in 0..<2 { await jobs.renew(now: time.now) }
            let warning = try await callbacks(platform)
            #expect(warning.map(\.type) == ["next_charge_alert"])
            #expect(warning[0].payload["required_money"].decimal == 2)
            #expect(warning[0].payload["insufficient_funds_amount"].decimal == 1)
            let due = try await tenant.call("GetMoneyAmountToCharge")["result"]
            #expect(due["amount"].decimal == 2)
            #expect(due["min_amount"].decimal == 1)
            time.now = UnixTime(seconds: Self.start.seconds + 31 * Self.day)
            await jobs.renew(now: time.now)
            #expect(try await callbacks(platform).last?.type == "subscription_is_frozen")
            #expect(try await platform.core.directory.number("74012000001") == nil)
            let frozen = try await tenant.call("GetPhoneNumbers", ["can_be_used": "false"])
            #expect(frozen["result"][0]["canceled"].flag == true)
            let poor = try await tenant.call("ChargeAccount", ["phone_id": "all"])
            #expect(poor["phones"][0]["is_charged"].flag == false)
            try await platform.master.call(
                "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": "1"])
            let paid = try await tenant.call("ChargeAccount", ["phone_number": "74012000001"])
            #expect(paid["charged_amount"].decimal == 2)
            #expect(try await platform.core.directory.number("74012000001") != nil)
            #expect(try await tenant.call("ChargeAccount", ["phone_id": "all"])["charged_amount"].decimal == 0)
            time.now = UnixTime(seconds: time.now.seconds + 31 * Self.day)
            await jobs.renew(now: time.now)
            time.now = UnixTime(seconds: time.now.seconds + 30 * Self.day)
            await jobs.renew(now: time.now)
            #expect(try await callbacks(platform).last?.type == "subscription_is_detached")
            #expect(try await tenant.call("GetPhoneNumbers")["total_count"].number == 0)
            #expect(try await tenant.call("GetPhoneNumbers", ["deactivated": "true"])["total_count"].number == 1)
        }
    }

    @Test func `a number without automatic charge is paid by hand only`() async throws {
        let time = ManualTime(Self.start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let tenant = try await tenant(platform, money: "20")
            try await tenant.call("AttachPhoneNumber", Self.attach)
            try await tenant.call("SetPhoneNumberInfo", ["phone_id": "all", "auto_charge": "false"])
            time.now = UnixTime(seconds: Self.start.seconds + 31 * Self.day)
            await jobs(platform).renew(now: time.now)
            #expect(try await balance(tenant) == 17)
            #expect(try await tenant.call("GetPhoneNumbers")["result"][0]["can_be_used"].flag == false)
            #expect(try await tenant.call("ChargeAccount", ["phone_id": "all"])["charged_amount"].decimal == 2)
            #expect(try await tenant.call("GetPhoneNumbers")["result"][0]["can_be_used"].flag == true)
        }
    }

    @Test func `what was bought on the 31st is paid at the end of each month, and frozen things begin anew`()
        async throws
    {
        let start = try #require(DateText.utc.instant("2027-01-31 12:00:00"))
        let time = ManualTime(start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let tenant = try await tenant(platform, money: "100")
            try await tenant.call("AttachPhoneNumber", Self.attach)
            let jobs = jobs(platform)
            func renewal() async throws -> String {
                try await tenant.call("GetPhoneNumbers")["result"][0].text("phone_next_renewal")
            }
            var days = [try await renewal()]
            for _ in 0..<12 {
                time.now = try #require(DateText.utc.instant("\(days[days.count - 1]) 12:00:00"))
                await jobs.renew(now: time.now)
                days.append(try await renewal())
            }
            #expect(
                days == [
                    "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30", "2027-07-31", "2027-08-31",
                    "2027-09-30", "2027-10-31", "2027-11-30", "2027-12-31", "2028-01-31", "2028-02-29",
                ])
            #expect(try await balance(tenant) == 100 - 1 - 13 * 2)
            let master = try await platform.master
            let back = ["child_account_id": "\(tenant.id)", "amount": "-73"]
            #expect(try await master.call("TransferMoneyToChildAccount", back)["result"].number == 1)
            time.now = try #require(DateText.utc.instant("2028-02-29 12:00:00"))
            await jobs.renew(now: time.now)
            #expect(try await tenant.call("GetPhoneNumbers")["result"][0]["canceled"].flag == true)
            try await master.call("TransferMoneyToChildAccount", back.merging(["amount": "73"]) { $1 })
            time.now = try #require(DateText.utc.instant("2028-03-05 12:00:00"))
            await jobs.renew(now: time.now)
            #expect(try await renewal() == "2028-04-05")
            time.now = try #require(DateText.utc.instant("2028-04-05 12:00:00"))
            await jobs.renew(now: time.now)
            #expect(try await renewal() == "2028-05-05")
        }
    }

    @Test(arguments: [false, true])
    func `rows of older databases that a short month has moved go back to their day`(isOnPostgres: Bool) async throws {
        let path = NSTemporaryDirectory() + "renewal-\(UUID().uuidString).sqlite"
        defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
        let database = try await Database.open(isOnPostgres ? TestPostgres.schema() : .sqlite(path: path))
        let new = try #require(PlatformSchema.migrations.firstIndex { $0.name == "2026-16-01 days of renewal" })
        try await database.migrate(Array(PlatformSchema.migrations[..<new]))
        let dates = [("2027-01-31", "2027-03-28"), ("2027-01-05", "2027-03-20"), ("2027-01-30", "2027-03-30")]
        try await database.write { transaction in
            let id = try LedgerBench.insert("old", of: nil, credit: 0, transaction)
            for (bought, renewed) in dates {
                let (bought, renewed) = (
                    try #require(DateText.utc.instant(bought)), try #require(DateText.utc.instant(renewed))
                )
                try transaction.execute(
                    """
                    INSERT INTO phone_number (account_id, number, country_code, category_name, region_id, region_name,
                        price, purchased_at, renewal_at, due_at, modified_at)
                    VALUES (?, ?, 'RU', 'GEOGRAPHIC', 1, '', 0, ?, ?, ?, 0)
                    """,
                    [
                        .integer(id.rawValue), .text("\(bought.seconds)"), .integer(bought.seconds),
                        .integer(renewed.seconds), .integer(renewed.seconds),
                    ])
            }
        }
        try await database.migrate(PlatformSchema.migrations)
        let next = try await database.read { transaction in
            try transaction.query("SELECT * FROM phone_number ORDER BY id").map { row in
                let number = try Subscription(.phoneNumber, row: row, .eur)
                return DateText.utc.date(Subscription.month(after: number.renewalAt, anchor: number.anchor))
            }
        }
        #expect(next == ["2027-04-30", "2027-04-20", "2027-04-30"])
        try database.close()
    }

    @Test(arguments: [
        ("2027-01-31 10:00:00", "2027-02-28 10:00:00"), ("2027-12-15 00:00:00", "2028-01-15 00:00:00"),
        ("2028-01-30 23:59:59", "2028-02-29 23:59:59"),
    ])
    func `a month ends on the same day of the next`(from: String, to: String) throws {
        let start = try #require(DateText.utc.instant(from))
        #expect(DateText.utc.dateTime(Subscription.month(after: start)) == to)
    }

    @Test func `a low balance is told once, and again when it has been high in between`() async throws {
        let time = ManualTime(Self.start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let tenant = try await tenant(platform, money: "10")
            try await tenant.call("SetAccountInfo", ["min_balance_to_notify": "5"])
            let jobs = jobs(platform)
            func move(_ amount: String) async throws {
                try await platform.master.call(
                    "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": amount])
                await jobs.watchAccounts(now: time.now)
            }
            try await move("-4")
            #expect(try await callbacks(platform).isEmpty)
            try await move("-2")
            try await move("-1")
            var sent = try await callbacks(platform)
            #expect(sent.map(\.type) == ["min_balance"])
            #expect(sent[0].payload["is_min_credit"].flag == false)
            time.now = UnixTime(seconds: time.now.seconds + Self.day)
            try await move("-1")
            sent = try await callbacks(platform)
            #expect(sent.count == 2)
            #expect(sent[1].payload["is_repeated"].flag == true)
            try await move("10")
            try await move("-9")
            #expect(try await callbacks(platform).count == 3)
            // Nobody gives away what he has not; a correction may take it.
            let id = AccountID(rawValue: Int64(tenant.id))
            let correction = LedgerEntry(
                key: IdempotencyKey(rawValue: "correction"), kind: .adjustment, amount: try Money("-4", .eur))
            try await platform.core.database.write {
                try LedgerStore(transaction: $0).book(correction, for: id, at: time.now)
            }
            await jobs.watchAccounts(now: time.now)
            #expect(try await callbacks(platform).map(\.type).suffix(1) == ["account_is_frozen"])
            #expect(try await tenant.call("GetAccountInfo")["result"]["frozen"].flag == true)
            try await move("9")
            #expect(try await callbacks(platform).map(\.type).suffix(1) == ["account_is_unfrozen"])
            #expect(try await tenant.call("GetAccountInfo")["result"]["frozen"].flag == false)
        }
    }
}
