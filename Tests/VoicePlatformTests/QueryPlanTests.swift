import CallControl
import Storage
import Synchronization
import Testing
import VoiceEngine

@testable import VoicePlatform

@Suite struct QueryPlanTests {
    /// Tables of a few rows, whatever the platform does.
    private static let smallTables = ["platform_state", "schema_migration", "sqlite_master", "sqlite_schema"]
    /// Indexes that hold only the rows that a statement wants all of.
    private static let partialIndexes = [
        "history_report_open", "sip_registration_wanted", "sip_registration_attendant",
    ]

    private final class Statements: Sendable {
        private let seen = Mutex<Set<String>>([])

        func add(_ sql: String) { seen.withLock { _ = $0.insert(sql) } }
        /// What ran at the start may go through everything once.
        func clear() { seen.withLock { $0 = [] } }
        var all: [String] { seen.withLock { $0.sorted() } }
    }

    /// Runs every method and every job, and asks the database how it found the rows.
    @Test func `no statement goes through a whole table`() async throws {
        let statements = Statements()
        try await TestPlatform.run(onStatement: { statements.add($0) }) { platform in
            statements.clear()
            let tenant = try await platform.child("tenant-one")
            let objects = try await MethodTable.makeObjects(tenant, platform)
            for method in MethodTable.inOrder() {
                let fields = try #require(MethodTable.fields(method.name, objects), "\(method.name)")
                _ = try? await tenant.call(method.name, fields)
            }
            let keeper = RegistrationKeeper(
                database: platform.core.database, registrar: NotingRegistrar(), platformDomain: "voice.test",
                clock: platform.core.clock,
                logger: platform.core.logger)
            let jobs = PlatformJobs(core: platform.core, registrations: keeper)
            let later = UnixTime(seconds: UnixTime.now().seconds + 40 * 86_400)
            await jobs.watchAccounts(now: later)
            await jobs.renew(now: later)
            await jobs.expire(now: later)
            _ = await jobs.forget(now: UnixTime(seconds: later.seconds + 400 * 86_400), after: nil)
            await jobs.reports.step(now: later)
            try await platform.core.database.write {
                try SIPRegistrationStore(transaction: $0).noteTakenBack([.init(rawValue: 1)], at: later)
            }
            try await platform.core.database.read { transaction in
                let outbox = CallbackOutbox(transaction: transaction)
                _ = try outbox.dueAccounts(at: later, limit: 10)
                _ = try outbox.group(of: .init(rawValue: 1), at: later)
                _ = try SIPRegistrationStore(transaction: transaction).wanted()
                _ = try SIPRegistrationStore(transaction: transaction).attendants(platformDomain: "voice.test")
                let reader = DirectoryReader(transaction: transaction, platformDomain: "voice.test")
                _ = try reader.registration(.init(rawValue: 1))
                _ = try reader.snapshot(domain: "switchboard.tenant-one.voice.test")
            }
            await keeper.note(RegistrationOutcome(id: .init(rawValue: 1), status: 403, reason: "Forbidden"))
            let checked = try await platform.core.database.read { transaction in
                try statements.all.filter(Self.isPlannable).map { try Self.check($0, transaction) }.reduce(0, +)
            }
            #expect(checked > 100)
        }
    }

    private static func isPlannable(_ sql: String) -> Bool {
        ["SELECT", "UPDATE", "DELETE", "INSERT"].contains { sql.hasPrefix($0) }
    }

    private static func check(_ sql: String, _ transaction: Transaction) throws -> Int {
        let places = sql.count { $0 == "?" }
        let plan = try transaction.query(
            "EXPLAIN QUERY PLAN " + sql, Array(repeating: SQLValue.null, count: places))
        for row in plan {
            let detail = try row.text("detail")
            let words = detail.split(separator: " ")
            guard words.first == "SCAN", words.count > 1, !smallTables.contains(String(words[1])),
                words[1] != "CONSTANT", !partialIndexes.contains(where: detail.contains)
            else { continue }
            Issue.record("\(detail): \(sql)")
        }
        return 1
    }
}
