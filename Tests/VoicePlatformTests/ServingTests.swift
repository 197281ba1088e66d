import CallControl
import Foundation
import Storage
import Testing

@testable import VoicePlatform

@Suite struct TransportTests {
    @Test(arguments: ["POST", "GET"])
    func `a method may stand in the path or in cmd, its fields in query or body`(verb: String) async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let fields = ["account_id": "\(tenant.id)", "api_key": tenant.key]
            let query = TestPlatform.form(fields)
            for path in ["/platform_api/GetAccountInfo/?\(query)", "/platform_api?cmd=GetAccountInfo&\(query)"] {
                let answer = try await platform.fetch(path, method: verb)
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"]?.hasPrefix("application/json") == true)
                #expect(answer.text.contains(#""account_name":"tenant-one""#))
            }
        }
    }

    @Test func `a multipart form is understood`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let script = "// --x\r\n\r\nlet имя = 'a&b=c%20';\r\n"
            let fields = [
                "account_id": "\(tenant.id)", "api_key": tenant.key, "scenario_name": "multi",
                "scenario_script": script,
            ]
            let parts = fields.map { "--XX\r\nContent-Disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n" }
            let added = try await platform.fetch(
                "/platform_api/AddScenario", method: "POST",
                headers: ["Content-Type": "multipart/form-data; boundary=\"XX\""], body: parts.joined() + "--XX--\r\n")
            #expect(added.text.contains(#""result":1"#), "\(added.text)")
            let id = try Answer(Data(added.text.utf8)).integer("scenario_id")
            let read = try await tenant.call("GetScenarios", ["scenario_id": "\(id)", "with_script": "true"])
            #expect(read["result"][0]["scenario_script"].string == script)
        }
    }

    @Test func `a missing method is 102, an unknown one 103, garbage 101, and nothing breaks the server`() async throws
    {
        try await TestPlatform.run { (platform: TestPlatform) async throws -> Void in
            let form = ["Content-Type": "application/x-www-form-urlencoded"]
            func code(_ path: String, _ body: String, _ headers: [String: String]) async throws -> Int? {
                let answer = try await platform.fetch(path, method: "POST", headers: headers, body: body)
                return try Answer(Data(answer.text.utf8)).errorCode
            }
            #expect(try await code("/platform_api/NoSuchMethod", "", form) == 103)
            #expect(try await code("/platform_api", "cmd=NoSuchMethod", form) == 103)
            #expect(try await code("/platform_api", "account_id=1", form) == 102)
            #expect(try await code("/platform_api/", "cmd=", form) == 102)
            #expect(try await code("/platform_api/GetAccountInfo", "account_id=%zz", form) == 101)
            #expect(try await code("/platform_api/GetAccountInfo", "account_id=%ff", form) == 101)
            let many = (0..<201).map { "f\($0)=1" }.joined(separator: "&")
            #expect(try await code("/platform_api/GetAccountInfo", many, form) == 101)
            let multipart = ["Content-Type": "multipart/form-data; boundary=XX"]
            for body in ["--XX", "--XX\r\n\r\n", "--XX\r\nContent-Disposition: form-data\r\n\r\nx\r\n--XX--", "none"] {
                #expect(try await code("/platform_api/GetAccountInfo", body, multipart) == 101, "\(body)")
            }
            let injection = ["account_name": "x' OR '1'='1", "api_key": "' OR 1=1 --"]
            #expect(try await platform.call("GetAccountInfo", injection).errorCode == 100)
            #expect(try await platform.fetch("/health").text == "ok\n")
            let ready = try await platform.fetch("/ready")
            #expect(ready.status == 200)
            #expect(ready.text == #"{"status":"ready","parts":{"database":true,"schema":true,"running":true}}"#)
        }
    }

    @Test func `a body or head that is too large is refused`() async throws {
        try await TestPlatform.run { platform in
            let large = try await platform.fetch(
                "/platform_api/GetAccountInfo", method: "POST", body: String(repeating: "a", count: (1 << 20) + 1))
            #expect(large.status == 413)
            let status = try? await platform.fetch(
                "/health", headers: ["X-Long": String(repeating: "a", count: 30_000)])
            #expect(status?.status != 200)
            #expect(try await platform.fetch("/health").status == 200)
        }
    }
}

@Suite struct ServingTests {
    @Test func `a recording is served whole and in parts`() async throws {
        try await TestPlatform.run { platform in
            let name = PlatformFiles.newRecordName()
            try Self.write("0123456789", to: platform.core.files.recordPath(name))
            try await Self.note(
                record: name, log: PlatformFiles.newLogName(), of: try await platform.child("tenant-one"))
            let path = "/record/\(name)"
            let whole = try await platform.fetch(path)
            #expect(whole.status == 200)
            #expect(whole.text == "0123456789")
            #expect(whole.headers["content-type"] == "audio/mpeg")
            for (range, status, text, content) in [
                ("bytes=2-4", 206, "234", "bytes 2-4/10"), ("bytes=7-", 206, "789", "bytes 7-9/10"),
                ("bytes=-2", 206, "89", "bytes 8-9/10"), ("bytes=5-99", 206, "56789", "bytes 5-9/10"),
                ("bytes=10-", 416, "", "bytes */10"),
            ] {
                let part = try await platform.fetch(path, headers: ["Range": range])
                #expect(part.status == status, "\(range)")
                #expect(part.text == text, "\(range)")
                #expect(part.headers["content-range"] == content, "\(range)")
            }
            #expect(try await platform.fetch(path, headers: ["Range": "lines=1-2"]).status == 200)
        }
    }

    @Test func `a log is text, and a name that was never given out is not found`() async throws {
        try await TestPlatform.run { platform in
            let name = PlatformFiles.newLogName()
            try Self.write("2026-01-01 00:00:00 Executing", to: platform.core.files.logPath(name))
            try await Self.note(
                record: PlatformFiles.newRecordName(), log: name, of: try await platform.child("tenant-one"))
            #expect(try await platform.fetch("/log/\(name)").status == 403)
            let owner = try await platform.master
            let log = try await platform.fetch("/log/\(name)?account_id=\(owner.id)&api_key=\(owner.key)")
            #expect(log.text == "2026-01-01 00:00:00 Executing")
            #expect(log.headers["content-type"]?.hasPrefix("text/plain") == true)
            for path in [
                "/log/\(PlatformFiles.newLogName())", "/log/..%2f..%2fplatform.sqlite", "/log/%2e%2e/platform.sqlite",
                "/record/\(name)", "/log/\(name.uppercased())", "/log/", "/record/\(name.dropLast(4)).mp3", "/log/a/b",
            ] {
                #expect(try await platform.fetch(path).status == 404, "\(path)")
            }
        }
    }

    @Test func `a recording that loses nothing is served as what it is`() async throws {
        try await TestPlatform.run { platform in
            let name = PlatformFiles.newRecordName(isLossless: true)
            try Self.write("fLaC", to: platform.core.files.recordPath(name))
            try await Self.note(
                record: name, log: PlatformFiles.newLogName(), of: try await platform.child("tenant-one"))
            let record = try await platform.fetch("/record/\(name)")
            #expect(record.text == "fLaC" && record.headers["content-type"] == "audio/flac")
            #expect(try await platform.fetch("/record/\(name.dropLast(5)).mp3").status == 404)
        }
    }

    @Test func `a control URL reaches its session whatever the method, others are gone`() async throws {
        try await TestPlatform.run { platform in
            for method in ["GET", "POST", "PUT", "DELETE"] {
                let answer = try await platform.fetch(
                    RecordingHost.livingPath, method: method, headers: ["X-Portal": "one"],
                    body: method == "POST" ? #"{"COMMAND":"hold"}"# : "")
                #expect(answer.status == 200)
                #expect(answer.text == "taken")
            }
            let post = try #require(platform.hosting.delivered.first { $0.method == "POST" })
            #expect(post.content == #"{"COMMAND":"hold"}"#)
            #expect(post.headers.contains { $0.name.lowercased() == "x-portal" && $0.value == "one" })
            #expect(try await platform.fetch("/request/0_1/2", method: "POST").status == 404)
        }
    }

    /// A session with the files, so that they belong to somebody.
    static func note(record: String, log: String, of tenant: Tenant) async throws {
        let platform = tenant.platform
        let plan = try await HistoryTests.plan(platform, tenant)
        try await platform.core.database.write { transaction in
            let history = SessionHistory(transaction: transaction)
            let id = try history.insert(HistoryTests.session(plan, logName: log))
            try RecordStore(transaction: transaction).insert(
                record, of: CallID(rawValue: "leg-1"), session: id, RecordingRequest(), at: HistoryTests.start)
        }
    }

    static func write(_ text: String, to path: String?) throws {
        let path = try #require(path)
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}

@Suite struct JSONValueTests {
    @Test func `text is escaped so that every reader reads it back`() throws {
        let text = "\"\\\n\r\t\u{1}\u{7f}</script>\u{2028}é☎"
        let encoded = JSONValue.members(["a": .string(text), "b": nil, "c": .decimal("-0.000001")]).encoded
        let read = try Answer(Data(encoded.utf8))
        #expect(read["a"].string == text)
        #expect(read["b"].isMissing)
        #expect(read["c"].decimal == -0.000001)
    }

    @Test(arguments: [
        ("2027-01-15 08:00:00", Int64(1_800_000_000)), ("1970-01-01", 0), ("2024-02-29 23:59:59", 1_709_251_199),
    ])
    func `dates are read and written in UTC`(text: String, seconds: Int64) {
        #expect(DateText.utc.instant(text)?.seconds == seconds)
        #expect(DateText.utc.dateTime(UnixTime(seconds: seconds)).hasPrefix(text))
    }

    @Test(arguments: [
        "2023-02-29", "2024-13-01", "2024-1-1", "2024-01-01T00:00:00", "2024-01-01 24:00:00", "", "a-b-c",
    ])
    func `a text that is no date is refused`(text: String) {
        #expect(DateText.utc.instant(text) == nil)
    }
}
