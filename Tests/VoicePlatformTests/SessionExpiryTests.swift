import Billing
import CallControl
import Storage
import Testing

@testable import VoicePlatform

@Suite struct SessionExpiryTests {
    private static let day: Int64 = 86_400
    /// When all sessions of the tests are 400 days old.
    private static let late = UnixTime(seconds: HistoryTests.start.seconds + 400 * day + 1)

    private static func expiry(_ platform: TestPlatform, _ now: UnixTime = late) -> SessionExpiry {
        SessionExpiry(
            database: platform.core.database, now: now, kept: platform.core.configuration.limits.historySeconds)
    }

    /// A session with a leg that has cost something.
    private static func session(
        _ plan: SessionPlan, _ platform: TestPlatform, hasLog: Bool = false, hasEnded: Bool = true,
        recording: String? = nil, _ charge: Charge = Charge(direction: "out", amount: .zero(.eur))
    ) async throws -> SessionID {
        try await platform.core.database.write { transaction in
            let history = SessionHistory(transaction: transaction)
            let id = try history.insert(HistoryTests.session(plan))
            let leg = CallID(rawValue: "leg")
            try history.insert(HistoryTests.leg("leg", remote: "user67"), of: id)
            if let recording {
                let records = RecordStore(transaction: transaction)
                try records.insert(
                    recording, of: leg, session: id, RecordingRequest(life: .fiveYears), at: HistoryTests.start)
                _ = try records.finish(recording, seconds: 1, bytes: 4, of: plan.accountID)
            }
            guard hasEnded else { return id }
            let end = LegEnd(seconds: 18, isSuccessful: true, code: 200, reason: "OK", charge: charge)
            try history.finish(leg, of: id, end, account: plan.accountID, at: HistoryTests.start)
            try history.finish(id, at: HistoryTests.start, reason: "Normal termination")
            if !hasLog {
                try transaction.execute(
                    "UPDATE call_session SET log_deleted = 1 WHERE id = ?", [.integer(id.rawValue)])
            }
            return id
        }
    }

    private static func rows(_ table: String, _ platform: TestPlatform) async throws -> Int64 {
        try await platform.core.database.read { transaction in
            try transaction.queryOne("SELECT COUNT(*) AS n FROM \(table)")?.integer("n") ?? -1
        }
    }

    private static func shown(_ tenant: Tenant) async throws -> [Int] {
        let answer = try await tenant.call(
            "GetCallHistory", ["from_date": "2027-01-15", "to_date": "2027-01-16", "with_calls": "true"])
        #expect(answer["total_count"].number == answer["result"].items.count)
        return answer["result"].items.compactMap { $0["call_session_history_id"].number }
    }

    @Test func `an old session goes with its legs, and the money stays`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let plan = try await HistoryTests.plan(platform, tenant)
            let charge = Charge(direction: "any outgoing voip", amount: try Money("0.006", .eur))
            let id = try await Self.session(plan, platform, charge)
            #expect(try await Self.expiry(platform, UnixTime(seconds: Self.late.seconds - 1)).step(after: nil) == nil)
            #expect(try await Self.shown(tenant) == [Int(id.rawValue)])
            #expect(try await Self.expiry(platform).step(after: nil) == nil)
            #expect(try await Self.shown(tenant).isEmpty)
            #expect(try await Self.rows("call_leg", platform) == 0)
            let movements = try await tenant.call(
                "GetTransactionHistory", ["from_date": "2020-01-01", "to_date": "2100-01-01"])
            #expect(movements["result"][0]["transaction_description"].string == "any outgoing voip")
            #expect(try await tenant.call("GetAccountInfo")["result"]["balance"].decimal == -0.006)
        }
    }

    @Test func `what runs stays, and what has a log or a recording`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let plan = try await HistoryTests.plan(platform, tenant)
            let name = PlatformFiles.newRecordName()
            let kept = [
                try await Self.session(plan, platform, hasEnded: false),
                try await Self.session(plan, platform, hasLog: true),
                try await Self.session(plan, platform, recording: name),
            ].map { Int($0.rawValue) }
            _ = try await Self.session(plan, platform)
            #expect(try await Self.expiry(platform).step(after: nil) == nil)
            #expect(try await Self.shown(tenant) == kept)
            let record = try await platform.core.database.read {
                try $0.queryOne("SELECT id FROM call_record")?.integer("id")
            }
            #expect(try await tenant.call("DeleteRecord", ["record_id": "\(record ?? 0)"])["result"].number == 1)
            #expect(try await Self.expiry(platform).step(after: nil) == nil)
            #expect(try await Self.shown(tenant) == Array(kept.dropLast()))
            #expect(try await Self.rows("call_record", platform) == 0)
        }
    }

    @Test func `many go in batches, past those that have to stay; for ever is for ever`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let plan = try await HistoryTests.plan(platform, tenant)
            try await platform.core.database.write { transaction in
                for number in 0..<1100 {
                    let id = try SessionHistory(transaction: transaction).insert(HistoryTests.session(plan))
                    // The first batch has to stay whole.
                    try transaction.execute(
                        "UPDATE call_session SET finish_reason = 'x', log_deleted = ? WHERE id = ?",
                        [.integer(number < 500 ? 0 : 1), .integer(id.rawValue)])
                }
            }
            let forEver = SessionExpiry(database: platform.core.database, now: Self.late, kept: nil)
            #expect(try await forEver.step(after: nil) == nil)
            #expect(try await Self.rows("call_session", platform) == 1100)
            let expiry = Self.expiry(platform)
            let second = try await expiry.step(after: nil)
            #expect(second != nil)
            #expect(try await Self.rows("call_session", platform) == 1100)
            let third = try await expiry.step(after: second)
            #expect(try await Self.rows("call_session", platform) == 600)
            #expect(try await expiry.step(after: third) == nil)
            #expect(try await Self.rows("call_session", platform) == 500)
        }
    }
}
