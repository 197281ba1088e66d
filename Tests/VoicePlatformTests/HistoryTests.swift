import Billing
import CallControl
import Foundation
import Logging
import Storage
import Synchronization
import Testing

@testable import VoicePlatform

@Suite struct HistoryTests {
    static let start = UnixTime(seconds: 1_800_000_000)

    /// A plan of the tenant's application.
    static func plan(_ platform: TestPlatform, _ tenant: Tenant) async throws -> SessionPlan {
        _ = try await tenant.furnish()
        let found = try await platform.core.directory.application(domain: "switchboard.\(tenant.name).voice.test")
        let snapshot = try #require(found)
        let rule = try #require(snapshot.rules.first)
        return try #require(snapshot.plan(rule))
    }

    static func session(_ plan: SessionPlan, customData: String? = nil, logName: String = PlatformFiles.newLogName())
        -> SessionRecord
    {
        SessionRecord(
            plan: plan, userID: nil, startedAt: start, initiatorAddress: "10.0.0.1", mediaServerAddress: "127.0.0.1",
            logName: logName, customData: customData)
    }

    static func leg(_ id: String, remote: String, isIncoming: Bool = false) -> LegRecord {
        LegRecord(
            id: CallID(rawValue: id), startedAt: start, localNumber: "74012000001", remoteNumber: remote,
            remoteKind: isIncoming ? .sip : .user, isIncoming: isIncoming)
    }

    private static let dates = ["from_date": "2027-01-15 00:00:00", "to_date": "2027-01-16 00:00:00"]

    @Test func `a session with its call, charge and record is found by its custom data`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let plan = try await Self.plan(platform, tenant)
            let core = platform.core
            let id = try await core.database.write { try SessionHistory(transaction: $0).insert(Self.session(plan)) }
            let name = PlatformFiles.newRecordName()
            let charge = Charge(direction: "any outgoing voip", amount: try Money("0.006", .eur))
            let end = LegEnd(seconds: 18, isSuccessful: true, code: 200, reason: "OK", charge: charge)
            core.history.enqueue("test") { transaction in
                let history = SessionHistory(transaction: transaction)
                try history.setCustomData("the-call-id", of: id)
                try history.insert(Self.leg("leg-1", remote: "user67"), of: id)
                try RecordStore(transaction: transaction).insert(
                    name, of: CallID(rawValue: "leg-1"), session: id, RecordingRequest(), at: Self.start)
                for _ in 0..<2 {
                    try history.finish(CallID(rawValue: "leg-1"), of: id, end, account: plan.accountID, at: Self.start)
                }
                _ = try RecordStore(transaction: transaction).finish(
                    name, seconds: 17, bytes: 1234, of: plan.accountID)
                try history.finish(id, at: UnixTime(seconds: Self.start.seconds + 36), reason: "Normal termination")
            }
            await core.history.flush()
            let query = Self.dates.merging([
                "call_session_history_custom_data": "the-call-id", "with_calls": "true", "with_records": "true",
            ]) { $1 }
            let answer = try await tenant.call("GetCallHistory", query)
            #expect(answer["total_count"].number == 1)
            let session = answer["result"][0]
            #expect(session["call_session_history_id"].number == Int(id.rawValue))
            #expect(session["start_date"].string == "2027-01-15 08:00:00")
            #expect(session["duration"].number == 36)
            #expect(session["finish_reason"].string == "Normal termination")
            #expect(session["rule_name"].string == "incoming")
            #expect(session["calls"][0]["duration"].number == 18)
            #expect(session["calls"][0]["cost"].decimal == 0.006)
            #expect(session["calls"][0]["direction"].string == "any outgoing voip")
            #expect(session["calls"][0]["record_url"].string == "\(platform.base)/record/\(name)")
            #expect(session["records"][0]["file_size"].number == 1234)
            #expect(try await tenant.call("GetAccountInfo")["result"]["balance"].decimal == -0.006)
            #expect(
                try await tenant.call(
                    "GetTransactionHistory",
                    [
                        "from_date": "2020-01-01", "to_date": "2100-01-01",
                    ])["total_count"].number == 1)
            for (field, value, count) in [
                ("remote_number", "user67", 1), ("remote_number", "user68", 0), ("call_session_history_id", "999", 0),
                ("application_name", "switchboard", 1), ("rule_name", "other", 0),
            ] {
                let found = try await tenant.call("GetCallHistory", Self.dates.merging([field: value]) { $1 })
                #expect(found["total_count"].number == count, "\(field)=\(value)")
            }
            let record = try #require(session["records"][0]["record_id"].number)
            #expect(try await tenant.call("DeleteRecord", ["record_id": "\(record)"])["result"].number == 1)
            #expect(try await tenant.call("DeleteRecord", ["record_id": "\(record)"]).errorCode == 101)
        }
    }

    @Test func `history is paged, ordered and shown in the asked time zone`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let plan = try await Self.plan(platform, tenant)
            let ids = try await platform.core.database.write { transaction in
                try (0..<5).map { _ in try SessionHistory(transaction: transaction).insert(Self.session(plan)).rawValue
                }
            }
            let page = Self.dates.merging(["count": "2", "offset": "1", "desc_order": "true"]) { $1 }
            let answer = try await tenant.call("GetCallHistory", page)
            #expect(answer["total_count"].number == 5)
            #expect(
                answer["result"].items.compactMap { $0["call_session_history_id"].number } == [
                    Int(ids[3]), Int(ids[2]),
                ])
            let berlin = [
                "from_date": "2027-01-15 09:00:00", "to_date": "2027-01-15 09:00:00", "timezone": "Europe/Berlin",
            ]
            let local = try await tenant.call("GetCallHistory", berlin)
            #expect(local["count"].number == 5)
            #expect(local["result"][0]["start_date"].string == "2027-01-15 09:00:00")
            for (field, value) in [
                ("count", "1001"), ("offset", "10001"), ("timezone", "Mars/Base"), ("from_date", "yesterday"),
                ("with_calls", "perhaps"),
            ] {
                let bad = try await tenant.call("GetCallHistory", Self.dates.merging([field: value]) { $1 })
                #expect(bad.errorCode == 101)
                #expect(bad.errorField == field)
            }
        }
    }

    @Test func `a parent goes through its children's sessions in their order, whatever their number`() async throws {
        let statements = Mutex<[String]>([])
        try await TestPlatform.run(onStatement: { text in statements.withLock { $0.append(text) } }) { platform in
            var ids: [String: Int] = [:]
            for name in ["tenant-one", "tenant-two"] {
                let plan = try await Self.plan(platform, try await platform.child(name))
                ids[name] = Int(
                    try await platform.core.database.write {
                        try SessionHistory(transaction: $0).insert(Self.session(plan)).rawValue
                    })
            }
            let master = ["account_name": "operator-eur", "api_key": TestPlatform.masterKey]
            func found(_ fields: [String: String], of owner: [String: String]) async throws -> [Int] {
                let answer = try await platform.call(
                    "GetCallHistory", Self.dates.merging(owner) { $1 }.merging(fields) { $1 })
                return answer["result"].items.compactMap { $0["call_session_history_id"].number }
            }
            let both = ids.values.sorted()
            statements.withLock { $0 = [] }
            #expect(try await found(["children_calls_only": "true"], of: master) == both)
            #expect(try await found(["children_calls_only": "true", "child_account_id": "all"], of: master) == both)
            let query = try #require(statements.withLock { $0.first { $0.hasPrefix("SELECT * FROM call_session") } })
            #expect(try await found(["child_account_name": "tenant-two"], of: master) == [ids["tenant-two"]])
            #expect(try await found(["child_account_id": "all"], of: master) == both)
            #expect(try await found([:], of: master).isEmpty)
            let other = ["account_name": "operator-rub", "api_key": "another-master-key"]
            #expect(try await found(["children_calls_only": "true"], of: other).isEmpty)
            let plan = try await platform.core.database.read { transaction in
                let values = Array(repeating: SQLValue.integer(1), count: query.count { $0 == "?" })
                return try transaction.query("EXPLAIN QUERY PLAN " + query, values).map { try $0.text("detail") }
            }
            #expect(plan.contains { $0.contains("call_session_by_time") }, "\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
        }
    }

    @Test func `a job that the database refuses does not take others with it`() async throws {
        try await TestPlatform.run { platform in
            let core = platform.core
            core.history.enqueue("first") { try $0.execute("INSERT INTO platform_state (name, value) VALUES ('a', 1)") }
            core.history.enqueue("bad") { try $0.execute("INSERT INTO platform_state (name, value) VALUES ('a', 2)") }
            core.history.enqueue("last") { try $0.execute("INSERT INTO platform_state (name, value) VALUES ('b', 3)") }
            await core.history.flush()
            let rows = try await core.database.read {
                try $0.query("SELECT name, value FROM platform_state WHERE name IN ('a', 'b') ORDER BY name")
            }
            #expect(try rows.map { try $0.integer("value") } == [1, 3])
        }
    }
}

@Suite struct CrashRecoveryTests {
    @Test func `what a crash left open is closed once, at the last heartbeat`() async throws {
        let directory = NSTemporaryDirectory() + "platform-crash-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let time = ManualTime(HistoryTests.start)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        func open() async throws -> PlatformCore {
            try await PlatformCore.open(
                try TestPlatform.configuration(dataDirectory: directory), logger: logger, clock: { time.now })
        }
        let before = try await open()
        try await crash(before, at: time)
        try before.database.close()
        time.now = UnixTime(seconds: time.now.seconds + 86_400)
        let after = try await open()
        let first = try await rows(after)
        #expect(first.sessions == ["Internal error (billing timeout)/25000"])
        #expect(first.legs == ["talking/20/1", "ringing/0/0"])
        #expect(first.records == [15])
        try after.database.close()
        time.now = UnixTime(seconds: time.now.seconds + 86_400)
        let again = try await open()
        #expect(try await rows(again) == first)
        try again.database.close()
    }

    @Test(arguments: [(20, 60), (65, 120), (4000, 120)] as [(Int64, Int64)])
    func `what was held pays the steps that had begun at the last heartbeat`(beat: Int64, paid: Int64) async throws {
        try await LedgerBench.run { bench in
            try await bench.give(1000, to: bench.child)
            let start = LedgerBench.start
            @Sendable func after(_ seconds: Int64) -> UnixTime { UnixTime(seconds: start.seconds + seconds) }
            try await bench.database.write { transaction in
                let history = SessionHistory(transaction: transaction)
                let id = try history.insert(HistoryTests.session(SessionPlan.bare(bench.child)))
                let holds = HoldStore(transaction: transaction, now: start)
                for leg in ["talking", "ringing"] {
                    try history.insert(HistoryTests.leg(leg, remote: "a"), of: id)
                    let hold = CallHold(
                        key: .init(session: id, leg: CallID(rawValue: leg)), account: bench.child,
                        price: LedgerBench.price())
                    _ = try holds.open(hold)
                    if leg == "talking" { _ = try holds.extend(hold, through: 120) }
                }
                // After the first heartbeat that the test has: answered is answered.
                try history.setConnected(CallID(rawValue: "talking"), of: id, at: after(1))
                try CrashRecovery(transaction: transaction).beat(at: after(beat))
            }
            for _ in 0..<2 {
                try await bench.database.write { transaction in
                    _ = try CrashRecovery(transaction: transaction).closeOpenSessions(now: after(9000))
                }
                let funds = try await bench.funds(bench.child)
                #expect(funds.balance.millionths == 1000 - paid)
                #expect(funds.held.isZero)
            }
            let costs = try await bench.database.read {
                try $0.query("SELECT cost, direction, transaction_id FROM call_leg ORDER BY id")
            }
            #expect(try costs.map { try $0.integer("cost") } == [paid, 0])
            #expect(try costs[0].text("direction") == "g")
            #expect(try costs[0].optionalInteger("transaction_id") != nil)
        }
    }

    private struct Rows: Equatable {
        let sessions: [String]
        let legs: [String]
        let records: [Int64]
    }

    private func rows(_ core: PlatformCore) async throws -> Rows {
        try await core.database.read { transaction in
            Rows(
                sessions: try transaction.query("SELECT * FROM call_session").map {
                    "\(try $0.text("finish_reason"))/\(try $0.integer("duration_ms"))"
                },
                legs: try transaction.query("SELECT * FROM call_leg ORDER BY id").map {
                    "\(try $0.text("call_id"))/\(try $0.integer("duration_s"))/\(try $0.integer("successful"))"
                },
                records: try transaction.query("SELECT * FROM call_record").map { try $0.integer("duration_s") })
        }
    }

    /// A session with a leg that talks from second 5 and a recording from second 10; the last heartbeat is at 25.
    private func crash(_ core: PlatformCore, at time: ManualTime) async throws {
        let start = time.now
        func after(_ seconds: Int64) -> UnixTime { UnixTime(seconds: start.seconds + seconds) }
        let (connected, recorded, beat) = (after(5), after(10), after(25))
        try await core.database.write { transaction in
            let found = try AccountStore(transaction: transaction).find(.name("operator-eur"))
            let owner = try #require(found?.account)
            let plan = SessionPlan.bare(owner.id)
            let history = SessionHistory(transaction: transaction)
            let id = try history.insert(HistoryTests.session(plan))
            try history.insert(HistoryTests.leg("talking", remote: "a"), of: id)
            try history.insert(HistoryTests.leg("ringing", remote: "b"), of: id)
            try history.setConnected(CallID(rawValue: "talking"), of: id, at: connected)
            try RecordStore(transaction: transaction).insert(
                PlatformFiles.newRecordName(), of: CallID(rawValue: "talking"), session: id, RecordingRequest(),
                at: recorded)
            try CrashRecovery(transaction: transaction).beat(at: beat)
        }
    }
}

extension SessionPlan {
    /// A plan of an account that has nothing else.
    static func bare(_ account: AccountID) -> SessionPlan {
        SessionPlan(
            accountID: account, accountName: "child", currency: .eur, applicationID: ApplicationID(rawValue: 1),
            domain: "d", ruleID: RuleID(rawValue: 1), ruleName: "r", scenarios: [])
    }
}
