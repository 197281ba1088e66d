import CallControl
import Digests
import Foundation
import Storage
import Testing

@testable import VoicePlatform

@Suite struct SecureFileTests {
    private static let start = UnixTime(seconds: 1_800_000_000)

    /// A session with a log and a recording, of an application with secure storage or without.
    struct Files {
        let tenant: Tenant
        let session: SessionID
        let log: String
        let record: String
    }

    static func make(
        _ platform: TestPlatform, isSecure: Bool, _ request: RecordingRequest = RecordingRequest()
    ) async throws -> Files {
        let tenant = try await platform.child("tenant-one")
        let plan = try await HistoryTests.plan(platform, tenant)
        try await tenant.call(
            "SetApplicationInfo",
            ["application_id": "\(plan.applicationID.rawValue)", "secure_record_storage": "\(isSecure)"])
        let session = HistoryTests.session(plan)
        let record = PlatformFiles.newRecordName()
        let id = try await platform.core.database.write { transaction in
            let history = SessionHistory(transaction: transaction)
            let id = try history.insert(session)
            try RecordStore(transaction: transaction).insert(
                record, of: CallID(rawValue: "leg-1"), session: id, request, at: start)
            _ = try RecordStore(transaction: transaction).finish(
                record, seconds: 3, bytes: 4, of: plan.accountID)
            try history.finish(id, at: Self.start, reason: "Normal termination")
            return id
        }
        for (path, text) in [
            (platform.core.files.logPath(session.logName), "the log"), (platform.core.files.recordPath(record), "0123"),
        ] {
            try text.write(toFile: try #require(path), atomically: true, encoding: .utf8)
        }
        return Files(tenant: tenant, session: id, log: "/log/\(session.logName)", record: "/record/\(record)")
    }

    private func history(_ files: Files) async throws -> Answer {
        try await files.tenant.call(
            "GetCallHistory",
            [
                "from_date": "2027-01-15", "to_date": "2027-01-16", "with_records": "true",
                "call_session_history_id": "\(files.session.rawValue)",
            ])["result"][0]
    }

    @Test func `without secure storage the name opens a file until it is deleted`() async throws {
        try await TestPlatform.run { platform in
            let files = try await Self.make(platform, isSecure: false)
            // A log is never open to whoever knows its name.
            #expect(try await platform.fetch(files.log).status == 403)
            #expect(try await platform.fetch(files.record).text == "0123")
            let shown = try await history(files)
            let log = try shown.text("log_file_url")
            #expect(log.hasPrefix(platform.base + files.log + "?"))
            #expect(try await platform.fetch(String(log.dropFirst(platform.base.count))).text == "the log")
            let record = try shown["records"][0].text("record_url")
            #expect(record == platform.base + files.record)
            #expect(try await files.tenant.call("DeleteRecord", ["record_url": record + "?a=b"])["result"].number == 1)
            #expect(try await platform.fetch(files.record).status == 404)
        }
    }

    @Test func `a secure recording of an open application needs its signature, and has its own name`() async throws {
        let time = ManualTime(Self.start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let files = try await Self.make(
                platform, isSecure: false, RecordingRequest(name: "Interview 7", isSecure: true))
            #expect(try await platform.fetch(files.record).status == 403)
            let shown = try await history(files)["records"][0]
            #expect(shown["record_name"].string == "Interview 7")
            let record = String(try shown.text("record_url").dropFirst(platform.base.count))
            #expect(try await platform.fetch(record).text == "0123")
        }
    }

    @Test(arguments: [
        (RecordingLife.threeMonths, "2027-04-15 08:00:00"), (.sixMonths, "2027-07-15 08:00:00"),
        (.fiveYears, "2032-01-15 08:00:00"),
    ])
    func `a recording is deleted when its life ends, a log after its days`(
        life: RecordingLife, last: String
    ) async throws {
        let time = ManualTime(Self.start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let files = try await Self.make(platform, isSecure: false, RecordingRequest(life: life))
            let account = AccountID(rawValue: Int64(files.tenant.id))
            platform.core.storage.add(4, of: account)
            let end = try #require(DateText.utc.instant(last))
            _ = try await FileExpiry(core: platform.core, now: UnixTime(seconds: end.seconds - 1)).step()
            #expect(try await platform.fetch(files.record).text == "0123")
            #expect(try await platform.fetch(files.log).status == 404)
            let shown = try await history(files)
            #expect(shown["log_file_url"].isMissing && !shown["records"][0]["record_url"].isMissing)
            _ = try await FileExpiry(core: platform.core, now: end).step()
            #expect(try await platform.fetch(files.record).status == 404)
            #expect(try await history(files)["records"].items.isEmpty)
            #expect(platform.core.storage.kept(by: account) == 0)
            let left = [files.log, files.record].filter { path in
                let name = String(path.split(separator: "/")[1])
                let file = platform.core.files.logPath(name) ?? platform.core.files.recordPath(name) ?? ""
                return FileManager.default.fileExists(atPath: file)
            }
            #expect(left.isEmpty)
        }
    }

    @Test func `with secure storage a signature opens one file for a time`() async throws {
        let time = ManualTime(Self.start)
        try await TestPlatform.run(clock: { time.now }) { platform in
            let files = try await Self.make(platform, isSecure: true)
            for path in [files.log, files.record] { #expect(try await platform.fetch(path).status == 403) }
            let shown = try await history(files)
            let log = String(try shown.text("log_file_url").dropFirst(platform.base.count))
            let record = String(try shown["records"][0].text("record_url").dropFirst(platform.base.count))
            #expect(try await platform.fetch(log).text == "the log")
            let part = try await platform.fetch(record, headers: ["Range": "bytes=1-2"])
            #expect(part.status == 206)
            #expect(part.text == "12")
            let query = try #require(record.split(separator: "?").last)
            let later = "\(files.record)?\(query.replacing("expires=180000", with: "expires=190000"))"
            for wrong in [
                "\(files.log)?\(query)", record.dropLast() + "g", later, "\(files.record)?signature=&expires=",
            ] {
                #expect(try await platform.fetch(String(wrong)).status == 403, "\(wrong)")
            }
            time.now = UnixTime(seconds: Self.start.seconds + 3600)
            #expect(try await platform.fetch(record).status == 403)
            #expect(try await platform.fetch("/record/\(PlatformFiles.newRecordName())?\(query)").status == 404)
        }
    }

    @Test func `with secure storage tokens and keys of the account and its parent open files`() async throws {
        let pair = try RSAKeyPair.generate()
        try await TestPlatform.run { platform in
            let files = try await Self.make(platform, isSecure: true)
            func status(_ path: String, _ service: ServiceAccount) async throws -> Int {
                try await platform.fetch(path, headers: ["Authorization": "Bearer \(try service.token())"]).status
            }
            let support = try await ServiceAccount.make(files.tenant, roles: [.support], pair: pair)
            let accountant = try await ServiceAccount.make(files.tenant, roles: [.accountant], pair: pair)
            let master = try await platform.master
            let parent = try await ServiceAccount.make(master, pair: pair)
            let other = try await platform.child("tenant-two")
            let spy = try await ServiceAccount.make(other, pair: pair)
            #expect(try await status(files.log, support) == 200)
            #expect(try await status(files.record, support) == 200)
            #expect(try await status(files.log, accountant) == 403)
            #expect(try await status(files.record, accountant) == 200)
            #expect(try await status(files.log, parent) == 200)
            #expect(try await status(files.log, spy) == 403)
            let key = "account_id=\(files.tenant.id)&api_key=\(files.tenant.key)"
            #expect(try await platform.fetch("\(files.record)?\(key)").status == 200)
            #expect(
                try await platform.fetch("\(files.record)?account_id=\(other.id)&api_key=\(other.key)").status == 403)
            #expect(
                try await platform.fetch("\(files.record)?account_id=\(files.tenant.id)&api_key=\(other.key)").status
                    == 403)
        }
    }

    @Test func `the signing key survives a restart, and a broken one is not used`() throws {
        let directory = NSTemporaryDirectory() + "signing-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let first = try URLSigning.stored(in: directory)
        #expect(try URLSigning.stored(in: directory) == first)
        let file = directory + "/url-signing.key"
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? NSNumber
        #expect(mode?.intValue == 0o600)
        try "short".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(throws: VoicePlatformError.self) { try URLSigning.stored(in: directory) }
    }
}

@Suite struct ReportTests {
    private static let dates = ["from_date": "2027-01-15", "to_date": "2027-01-16"]

    private func writer(_ platform: TestPlatform) -> ReportWriter {
        ReportWriter(
            database: platform.core.database, files: platform.core.files,
            configuration: { platform.core.effectiveConfiguration() }, logger: platform.core.logger)
    }

    @Test func `a report is ordered, made, told and downloaded`() async throws {
        let now = UnixTime(seconds: 1_800_000_000)
        try await TestPlatform.run(clock: { now }) { platform in
            let tenant = try await platform.child("tenant-one")
            try await tenant.call("SetAccountInfo", ["callback_url": "https://hooks.example/"])
            let plan = try await HistoryTests.plan(platform, tenant)
            try await platform.core.database.write { transaction in
                let history = SessionHistory(transaction: transaction)
                let id = try history.insert(HistoryTests.session(plan, customData: "=cmd|\"x\",1"))
                try history.insert(HistoryTests.leg("leg-1", remote: "user67"), of: id)
                try history.insert(HistoryTests.leg("leg-2", remote: "+491234", isIncoming: true), of: id)
            }
            let order = Self.dates.merging(["with_header": "true"]) { $1 }
            let id = "\(try await tenant.call("GetCallHistoryAsync", order).integer("history_report_id"))"
            let name = ["history_report_id": id]
            #expect(try await tenant.call("DownloadHistoryReport", name).errorCode == 356)
            let open = try await tenant.call("GetHistoryReports", name)["result"][0]
            #expect(open["completed"].isMissing)
            #expect(!"\(open)".contains(tenant.key))
            await writer(platform).step(now: now)
            let done = try await tenant.call("GetHistoryReports", ["is_completed": "true"])["result"][0]
            #expect(done["success"].flag == true)
            let credentials = ["account_id": "\(tenant.id)", "api_key": tenant.key]
            let file = try await platform.fetch(
                "/platform_api/DownloadHistoryReport?\(TestPlatform.form(name.merging(credentials) { $1 }))")
            #expect(file.headers["content-type"] == "application/octet-stream")
            #expect(file.headers["content-disposition"]?.contains("history_report_\(id).csv") == true)
            let lines = file.text.split(separator: "\r\n")
            #expect(lines.count == 3)
            #expect(lines.first?.hasPrefix("call_session_history_id,account_id,") == true)
            #expect(lines.dropFirst().allSatisfy { $0.contains(#""'=cmd|""x"",1""#) })
            #expect(lines.last?.contains(",+491234,") == true)
            #expect(done["file_size"].number == file.text.utf8.count)
            let callback = try await platform.core.database.read {
                try $0.queryOne("SELECT type, payload FROM callback_outbox")
            }
            #expect(try callback?.text("type") == "call_history_report")
            #expect(try callback?.text("payload").contains("\"success\":true") == true)
            await writer(platform).step(now: UnixTime(seconds: now.seconds + 30 * 86_400))
            #expect(try await tenant.call("DownloadHistoryReport", name).errorField == "history_report_id")
        }
    }

    @Test func `a wrong order is refused when it is given, and twenty wait at most`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            for method in ["GetCallHistoryAsync", "GetBriefCallHistory", "GetTransactionHistoryAsync"] {
                #expect(try await tenant.call(method).errorField == "from_date")
                let odd = Self.dates.merging(["output": "xls"]) { $1 }
                #expect(try await tenant.call(method, odd).errorField == "output")
            }
            for _ in 0..<20 { #expect(try await tenant.call("GetBriefCallHistory", Self.dates).errorCode == nil) }
            #expect(try await tenant.call("GetBriefCallHistory", Self.dates).errorCode == 416)
        }
    }

    @Test func `changes are in the audit log without their secrets`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            _ = try await tenant.furnish()
            try await tenant.call("AddApplication", ["application_name": "BAD NAME"])
            let dates = ["from_date": "2020-01-01", "to_date": "2100-01-01"]
            let log = try await tenant.call("GetAuditLog", dates)
            let commands = log["result"].items.compactMap { $0["cmd_name"].string }
            #expect(commands == ["AddApplication", "AddScenario", "AddRule", "AddUser"])
            #expect(log["result"][0]["ip"].string == "127.0.0.1")
            let text = "\(log)"
            #expect(text.contains("user67"))
            for secret in [tenant.key, "Secret-123", "VoxEngine.terminate"] { #expect(!text.contains(secret)) }
            let users = try await tenant.call("GetAuditLog", dates.merging(["filtered_cmd": "AddUser"]) { $1 })
            #expect(users["total_count"].number == 1)
        }
    }
}
