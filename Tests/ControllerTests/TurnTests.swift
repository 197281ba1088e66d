import Foundation
import Logging
import RequestSigning
import Storage
import Synchronization
import TestPostgres
import Testing

@testable import Controller

/// One portal's trouble is its own: work that fails again and again keeps nobody else's waiting.
@Suite struct TurnTests {
    private static let flood = 200
    private static let other = "other.16214d90008034a8"
    private static let ended: JSONValue = [
        "duration": 36, "custom_data": .text(other),
        "calls": [["incoming": true, "successful": true, "duration": 34, "cost": .real(1.25)]],
    ]

    private static func setting() -> World.Setting {
        var setting = World.Setting()
        setting.limits.reconciliation = .milliseconds(20)
        setting.portal.state.withLock { $0.keys = [World.licence, World.otherLicence] }
        return setting
    }

    /// What the scenario of the portal `other` says of its only call.
    private static func say(_ command: String, _ world: World) async throws -> World.Answer {
        var signing = World.Signing(direction: .scenarioToController)
        (signing.portal, signing.licence) = ("other", World.otherLicence)
        let fields = [
            ("COMMAND", command), ("CALL_ID", other), ("PHONE_NUMBER", World.caller), ("ACCOUNT_SEARCH_ID", "test"),
            ("CALLER_ID", World.caller), ("ACCESS_URL", ""), ("INCOMING", "2"), ("CALL_DURATION", "34"),
            ("CALL_START_DATE", "1437727826308"), ("CALL_STATUS", "true"), ("DIRECT_CODE", ""),
        ]
        return try await world.send(
            "/scenario", FormFields(fields.map { .init(name: $0.0, value: $0.1) }).encoded, signing)
    }

    private static func rows<Value: Sendable>(
        _ world: World, _ body: @escaping @Sendable (Transaction) throws -> Value
    ) async throws -> Value {
        let database = try await Database.open(TestDatabases.location(world.databasePath))
        defer { try? database.close() }
        return try await database.write { try body($0) }
    }

    @Test("Reports of calls that nobody knows keep no other call from its cost")
    func inventedReports() async throws {
        try await World.run(Self.setting()) { world async throws in
            for portal in ["demo", "other"] { _ = try await world.command("GetAccountInfo", portal: portal) }
            for number in 0..<Self.flood { _ = try await world.history(id: "invented-\(number)") }
            world.platform.state.withLock { $0.sessions[Self.other] = Self.ended }
            #expect(try await Self.say("AddCallHistory", world).status == 200)
            try await World.until("cost") {
                let calls = try await world.command("GetCallHistory", portal: "other").json?["result"]?.elements
                return calls?.first?["COST_FINAL"] == "1.25"
            }
        }
    }

    @Test("Calls that nobody knows keep no other call from its report")
    func inventedCalls() async throws {
        try await World.run(Self.setting()) { world async throws in
            for portal in ["demo", "other"] { _ = try await world.command("GetAccountInfo", portal: portal) }
            for _ in 0..<Self.flood { #expect(try await world.config().status == 200) }
            #expect(try await Self.say("IncomingGetConfig", world).status == 200)
            world.platform.state.withLock { $0.sessions[Self.other] = Self.ended }
            await world.portal.events.wait {
                world.portal.told("AddCallHistory").contains { $0["CALL_ID"]?.string == Self.other }
            }
        }
    }

    @Test("What the platform does not know is asked for less and less often, and given up after a day")
    func givenUp() async throws {
        let later = Mutex<Int64>(0)
        var setting = Self.setting()
        setting.now = {
            Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + later.withLock { $0 })
        }
        try await World.run(setting) { world async throws in
            _ = try await world.command("GetAccountInfo")
            _ = try await world.invite(id: "unreported")
            _ = try await world.history(id: "reported")
            try await World.until("looks") {
                try await Self.rows(world) { transaction in
                    let call = try transaction.queryOne("SELECT looks FROM call WHERE call_id = 'unreported'")
                    let cost = try transaction.queryOne(
                        "SELECT cost_looks FROM call_history WHERE call_id = 'reported'")
                    return try call?.integer("looks") ?? 0 > 2 && cost?.integer("cost_looks") ?? 0 > 2
                }
            }
            later.withLock { $0 = 86_500_000 }
            try await World.until("end of all looks") {
                try await Self.rows(world) { transaction in
                    let open = try transaction.queryOne("SELECT call_id FROM call WHERE look_at IS NOT NULL")
                    let waiting = try transaction.queryOne(
                        "SELECT call_id FROM call_history WHERE cost_at IS NOT NULL")
                    return open == nil && waiting == nil
                }
            }
            #expect(try await world.admin("/admin/calls/unreported").json?["state"] == "lost")
            #expect(world.log.text.contains("call given up"))
            #expect(world.log.text.contains("cost of a call given up"))
        }
    }

    @Test("A portal that takes connections and never answers delays nobody; one message of it is tried at a time")
    func hanging() async throws {
        let hole = try SilentServer()
        defer { hole.end() }
        var setting = Self.setting()
        setting.limits.portal = .milliseconds(300)
        setting.morePortals = [
            PortalAccess(
                id: PortalID(rawValue: "hung"), licenceKey: Secret("HUNG-KEY-0001"),
                baseURL: "http://127.0.0.1:\(hole.port)")
        ]
        try await World.run(setting) { world async throws in
            try await Self.rows(world) { transaction in
                for number in 0..<100 {
                    try OutboxStore.add(
                        "AddCallHistory", key: "\(number)", "{}", PortalID(rawValue: "hung"),
                        at: Moment(milliseconds: 1000), to: transaction)
                }
            }
            // Each message of the other portal would take 300 ms.
            try await within(.seconds(25), "reports beside a portal that hangs") {
                for number in 1...20 {
                    _ = try await world.history(id: "call-\(number)")
                    await world.portal.events.wait {
                        world.portal.told("AddCallHistory").contains { $0["CALL_ID"]?.string == "call-\(number)" }
                    }
                }
            }
            try await World.until("visits") {
                try await Self.rows(world) { transaction in
                    let turn = try transaction.queryOne("SELECT failures FROM outbox_turn WHERE portal_id = 'hung'")
                    let tries = try transaction.queryOne(
                        """
                        SELECT CAST(SUM(attempts) AS BIGINT) AS tries, MAX(attempts) AS most FROM outbox
                        WHERE portal_id = 'hung'
                        """)
                    guard let failures = try turn?.integer("failures"), failures > 2, let tries else { return false }
                    #expect(try tries.integer("tries") == failures)
                    #expect(try tries.integer("most") == 1)
                    return true
                }
            }
            #expect(try await world.admin("/admin/calls").json?["outbox"]?["hung"] == 100)
        }
    }

    @Test("A message that a portal refuses keeps none of its others back")
    func refused() async throws {
        try await World.run(Self.setting()) { world async throws in
            world.portal.state.withLock { $0.unknownLines = ["poison"] }
            try await Self.rows(world) { transaction in
                try OutboxStore.add(
                    "LineSettings", key: "poison", #"{"SEARCH_ID":"poison"}"#, PortalID(rawValue: "demo"),
                    at: Moment(milliseconds: 1000), to: transaction)
            }
            for number in 1...20 { _ = try await world.history(id: "call-\(number)") }
            await world.portal.events.wait { world.portal.told("AddCallHistory").count == 20 }
            try await World.until("tries") {
                try await Self.rows(world) { transaction in
                    let tries = try transaction.queryOne("SELECT attempts FROM outbox WHERE message_key = 'poison'")
                    return try tries?.integer("attempts") ?? 0 > 2
                }
            }
            try await World.until("one message") {
                try await world.admin("/admin/calls").json?["outbox"] == ["demo": 1]
            }
        }
    }

    @Test("Messages that arrived a week ago are deleted, those that wait are not")
    func swept() async throws {
        try await HistoryArchive.run { archive in
            let (store, portal) = (OutboxStore(database: archive.database), PortalID(rawValue: "demo"))
            let day: Int64 = 86_400_000
            try await archive.database.write { transaction in
                for number in 0..<500 {
                    try OutboxStore.add(
                        "AddCallHistory", key: "\(number)", "{}", portal, at: Moment(milliseconds: 1), to: transaction)
                }
                try transaction.execute("UPDATE outbox SET delivered_at = ? WHERE id % 10 <> 0", [.integer(day)])
                try transaction.execute("UPDATE outbox SET delivered_at = ? WHERE id % 10 = 1", [.integer(3 * day)])
            }
            let sweeper = OutboxSweeper(
                store: store, patrol: Patrol(interval: .seconds(3600), clock: ContinuousClock()),
                now: { Moment(milliseconds: 9 * day) }, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            let work = Task { await sweeper.run() }
            defer { work.cancel() }
            try await World.until("swept outbox") {
                try await archive.database.read { transaction in
                    try transaction.queryOne("SELECT COUNT(*) AS messages FROM outbox")?.integer("messages") == 100
                }
            }
            #expect(try await store.depth().messages == 50)
        }
    }

    @Test("The scenario's key is brought from the row, however early the news of it is")
    func earlyNews() async throws {
        try await World.run { world async throws in
            _ = try await world.command("GetAccountInfo")
            // Changed behind the back of what is remembered, as another controller's change is until its news arrives.
            let secrets = try StoredSecrets(key: world.configuration.storageKey)
            let database = try await Database.open(TestDatabases.location(world.databasePath))
            defer { try? database.close() }
            let id = PortalID(rawValue: "demo")
            try await PortalStore(database: database, secrets: secrets).update(id) { before in
                var record = before
                record?.change(
                    key: Secret("NEW-KEY-0001"), overlap: .seconds(600),
                    at: Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)))
                return record
            }
            // Another portal's rotation rings the bell, wherever the first one's news has come to.
            _ = try await world.command("GetAccountInfo", portal: "other")
            #expect(try await world.administer("/admin/portals/other/key", "{}").status == 200)
            let key = RequestKey(licenceKey: "NEW-KEY-0001", direction: .scenarioToController).hexadecimal
            await world.platform.events.wait {
                world.platform.state.withLock { $0.scenarios.values.contains { $0.contains(key) } }
            }
        }
    }
}

/// Accepts connections, as the kernel does for it, and says nothing.
private struct SilentServer {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 128) == 0
                    && getsockname(listener, $0, &length) == 0
            }
        }
        (descriptor, port) = (listener, UInt16(bigEndian: address.sin_port))
        try #require(isBound)
    }

    func end() { close(descriptor) }
}
