import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import Controller

@Suite struct SupportTests {
    /// A clock that stands until a test moves it, near enough to the time that requests are signed with.
    private final class Hands: Sendable {
        private let time = Mutex(Moment(milliseconds: Int64(Date().timeIntervalSince1970) * 1000))
        var now: Moment { time.withLock { $0 } }
        func move(milliseconds: Int64) {
            time.withLock { $0 = Moment(milliseconds: $0.milliseconds + milliseconds) }
        }
    }

    private static let everything =
        "calls calls/\(World.callID) calls/\(World.callID)/log calls/\(World.callID)/recording "
        + "lines lines/test account"

    /// A world with one call of demo that has a log and a recording.
    private static func run(_ hands: Hands = Hands(), _ test: @Sendable (World) async throws -> Void) async throws {
        var setting = World.Setting()
        setting.now = { hands.now }
        try await World.run(setting) { world async throws in
            world.platform.state.withLock {
                $0.records["a.mp3"] = "sound"
                $0.records["a.log"] =
                    "Loading scenario\n[{accessURL = http://h/request/1/x ;  url = http://h/record/a.mp3 ;  } ;  ]"
            }
            _ = try await world.command("GetUser", ["USER_ID": 67])
            _ = try await world.invite()
            _ = try await world.scenario(
                "AddCallHistory",
                [
                    ("CALL_ID", World.callID), ("PHONE_NUMBER", World.caller), ("CALL_STATUS", "true"),
                    ("CALL_DURATION", "34"), ("ACCOUNT_SEARCH_ID", "test"), ("PORTAL_USER_ID", "67"),
                    ("URL", "\(world.platformBase)/record/a.mp3"), ("CALL_LOG", "\(world.platformBase)/record/a.log"),
                ])
            try await test(world)
        }
    }

    @Test("What a portal grants is seen, and the portal is told of each look")
    func granted() async throws {
        try await Self.run { world async throws in
            let sam = try await world.supporter("sam")
            let grant = try await world.ask(sam)
            await world.portal.events.wait { !world.portal.told("SupportRequested").isEmpty }
            let notice = try #require(world.portal.told("SupportRequested").first)
            #expect(notice["GRANT_ID"]?.string == grant && notice["PERSON"] == "sam" && notice["SECONDS"] == 3600)
            #expect(notice["SCOPES"] == ["history", "sessions", "settings", "recordings"])
            for path in Self.everything.split(separator: " ") {
                #expect(try await world.look(sam, grant, "\(path)").code == "GRANT_NOT_FOUND", "\(path)")
            }
            let answer = try await world.grant(grant)
            #expect(answer.json?["STATE"] == "granted")
            let calls = try await world.look(sam, grant, "calls?phone_number=79112233444&limit=5")
            #expect(calls.json?["result"]?.elements.map { $0["CALL_ID"]?.string } == [World.callID])
            let call = try await world.look(sam, grant, "calls/\(World.callID)").json
            #expect(call?["caller"]?.string == World.caller && call?["decisions"]?.elements.count == 1)
            // Whoever has the address of a recording can hear it.
            #expect(call?.encoded.contains("/record/") == false)
            let log = try await world.look(sam, grant, "calls/\(World.callID)/log").text
            #expect(log == "Loading scenario\n[{accessURL = ****** ;  url = ****** ;  } ;  ]")
            #expect(try await world.look(sam, grant, "calls/\(World.callID)/recording").text == "sound")
            let lines = try await world.look(sam, grant, "lines").json?["lines"]?.elements
            #expect(lines?.map { $0["line"] } == ["test"])
            let line = try await world.look(sam, grant, "lines/test").json
            #expect(line?["settings"]?["QUEUE_TYPE"] == "evenly")
            let account = try await world.look(sam, grant, "account").json
            #expect(account?["users"]?.elements.first?["login"] == "phone67")
            #expect(account?.encoded.contains("password") == false)
            let balance = try await world.command("GetBalance").json?["result"]
            #expect(account?["balance"] == balance?["BALANCE"] && account?["currency"] == "RUB")
            #expect(account?["blocked"] == false)
            await world.portal.events.wait { world.portal.told("SupportLook").count == 7 }
            let looks = world.portal.told("SupportLook")
            #expect(
                Set(looks.compactMap { $0["ACT"]?.string }) == [
                    "calls", "call", "log", "recording", "lines", "line", "account",
                ])
            #expect(looks.first { $0["ACT"] == "calls" }?["OBJECT"] == "limit=5 phone_number=79112233444")
            #expect(looks.first { $0["ACT"] == "log" }?["OBJECT"]?.string == World.callID)
            #expect(looks.allSatisfy { $0["PERSON"] == "sam" && $0["GRANT_ID"]?.string == grant })
            let journal = try await world.bear(sam, "/support/grants/\(grant)", "", .get).json?["journal"]?.elements
            #expect(journal?.count == 9)
            #expect(journal?.first { $0["act"] == "granted" }?["who"] == "employee 67")
        }
    }

    @Test("Another person, another portal's call, another scope: nothing, and no line in the journal")
    func bounds() async throws {
        try await Self.run { world async throws in
            let (sam, eve) = (try await world.supporter("sam"), try await world.supporter("eve"))
            let grant = try await world.ask(sam)
            let other = try await world.ask(eve, portal: "other")
            #expect(try await world.grant(grant, scopes: ["settings"]).status == 200)
            #expect(try await world.grant(other, portal: "other").status == 200)
            for path in Self.everything.split(separator: " ") {
                #expect(try await world.look(eve, grant, "\(path)").code == "GRANT_NOT_FOUND", "\(path)")
                #expect(try await world.look(sam, other, "\(path)").code == "GRANT_NOT_FOUND", "\(path)")
                let isSettings = ["lines", "lines/test", "account"].contains(path)
                let answer = try await world.look(sam, grant, "\(path)")
                #expect(answer.status == (isSettings ? 200 : 404), "\(path)")
            }
            #expect(try await world.look(eve, other, "calls").json?["result"] == [])
            for path in ["calls/\(World.callID)", "calls/\(World.callID)/log", "calls/\(World.callID)/recording"] {
                #expect(try await world.look(eve, other, path).code == "CALL_NOT_FOUND", "\(path)")
            }
            #expect(try await world.look(eve, other, "lines/test").code == "LINE_UNKNOWN")
            #expect(try await world.bear(eve, "/support/grants/\(grant)", "", .get).code == "GRANT_NOT_FOUND")
            let own = try await world.bear(eve, "/support/grants", "", .get).json?["grants"]?.elements
            #expect(own?.map { $0["grant"]?.string } == [other])
            let journal = try await world.bear(sam, "/support/grants/\(grant)", "", .get).json?["journal"]?.elements
            #expect(journal?.count == 5)
        }
    }

    @Test("A grant ends to the millisecond, or at once when the portal ends it")
    func ends() async throws {
        let hands = Hands()
        try await Self.run(hands) { world async throws in
            let sam = try await world.supporter("sam")
            let short = try await world.ask(sam)
            #expect(try await world.grant(short, seconds: 60).status == 200)
            hands.move(milliseconds: 59_999)
            #expect(try await world.look(sam, short, "calls").status == 200)
            hands.move(milliseconds: 1)
            for path in Self.everything.split(separator: " ") {
                #expect(try await world.look(sam, short, "\(path)").code == "GRANT_NOT_FOUND", "\(path)")
            }
            #expect(try await world.grant(short).code == "GRANT_STATE")
            let ended = try await world.ask(sam)
            #expect(try await world.grant(ended).status == 200)
            #expect(try await world.end(ended).json?["STATE"] == "ended")
            #expect(try await world.look(sam, ended, "calls").code == "GRANT_NOT_FOUND")
            #expect(try await world.end(ended).json?["STATE"] == "ended")
            let refused = try await world.ask(sam)
            #expect(try await world.end(refused).json?["STATE"] == "refused")
            #expect(try await world.look(sam, refused, "calls").code == "GRANT_NOT_FOUND")
            #expect(try await world.grant(refused).code == "GRANT_STATE")
            let list = try await world.bear(sam, "/support/grants", "", .get).json?["grants"]?.elements
            #expect(Set(list?.compactMap { $0["state"]?.string } ?? []) == ["expired", "ended", "refused"])
        }
    }

    @Test("The same person is let in as long as he belongs to the staff, under the grant that names him")
    func dismissed() async throws {
        try await Self.run { world async throws in
            let sam = try await world.supporter("sam")
            let grant = try await world.ask(sam)
            #expect(try await world.grant(grant).status == 200)
            _ = try await world.administer("/admin/staff/sam/disable", "")
            #expect(try await world.look(sam, grant, "calls").status == 403)
            #expect(try await world.look(World.token, grant, "calls").status == 403)
        }
    }

    @Test("A code is good for one request of its portal, for half an hour")
    func codes() async throws {
        try await World.run { world async throws in
            let (sam, eve) = (try await world.supporter("sam"), try await world.supporter("eve"))
            let code = try await world.code()
            func ask(_ token: String, _ portal: String, _ code: String, _ reason: String = "no sound") async throws
                -> World.Answer
            {
                try await world.bear(token, "/support/grants", World.wish(portal, code, reason: reason), .post)
            }
            #expect(try await ask(sam, "other", code).code == "SUPPORT_CODE_UNKNOWN")
            #expect(try await ask(sam, "nobody", code).code == "SUPPORT_CODE_UNKNOWN")
            #expect(try await ask(sam, "demo", "0000-0000-0000").code == "SUPPORT_CODE_UNKNOWN")
            #expect(try await ask(sam, "demo", "K7QF").code == "WRONG_REQUEST")
            let first = try await ask(sam, "demo", code.lowercased().replacing("-", with: " "))
            #expect(first.status == 200)
            #expect(try await ask(sam, "demo", code) == first)
            #expect(try await ask(sam, "demo", code, "another").code == "SUPPORT_CODE_UNKNOWN")
            #expect(try await ask(eve, "demo", code).code == "SUPPORT_CODE_UNKNOWN")
            let former = try await world.code()
            _ = try await world.code()
            #expect(try await ask(sam, "demo", former).code == "SUPPORT_CODE_UNKNOWN")
            await world.portal.events.wait { !world.portal.told("SupportRequested").isEmpty }
            #expect(world.portal.told("SupportRequested").count == 1)
            #expect(!world.log.text.contains(code))
        }
    }

    @Test("A code that has ended opens nothing")
    func lateCode() async throws {
        let store = SupportCode(random: Array(0..<12))
        #expect(store.text == "0123-4567-89AB")
        #expect(SupportCode("o1i3-4567 89ab") == SupportCode("0113456789AB"))
        for wrong in ["", "0123-4567-89A", "0123-4567-89AB-C", "0123-4567-89AU", "0123-4567-89Aß"] {
            #expect(SupportCode(wrong) == nil, "\(wrong)")
        }
        let hands = Hands()
        var setting = World.Setting()
        setting.now = { hands.now }
        try await World.run(setting) { world async throws in
            let sam = try await world.supporter("sam")
            let code = try await world.code()
            hands.move(milliseconds: 1_799_999)
            #expect(
                try await world.bear(sam, "/support/grants", World.wish("demo", code, reason: "x"), .post).status == 200
            )
            hands.move(milliseconds: 1)
            let late = try await world.bear(sam, "/support/grants", World.wish("demo", code, reason: "x"), .post)
            #expect(late.code == "SUPPORT_CODE_UNKNOWN")
        }
    }

    @Test("No portal grants more than was asked for, or another portal's")
    func answers() async throws {
        try await World.run { world async throws in
            let sam = try await world.supporter("sam")
            let code = try await world.code()
            let asked = try await world.bear(
                sam, "/support/grants", World.wish("demo", code, reason: "x", scopes: #"["history"]"#), .post)
            let grant = asked.json?["grant"]?.string ?? ""
            #expect(try await world.grant(grant, scopes: ["history", "recordings"]).code == "WRONG_REQUEST")
            #expect(try await world.grant(grant, scopes: []).code == "WRONG_REQUEST")
            #expect(try await world.grant(grant, scopes: ["everything"]).code == "WRONG_REQUEST")
            #expect(try await world.grant(grant, scopes: ["history"], seconds: 259_201).code == "WRONG_REQUEST")
            #expect(try await world.grant(grant, scopes: ["history"], seconds: 59).code == "WRONG_REQUEST")
            #expect(try await world.grant(grant, portal: "other", scopes: ["history"]).code == "GRANT_NOT_FOUND")
            #expect(try await world.end(grant, portal: "other").code == "GRANT_NOT_FOUND")
            #expect(try await world.command("EndSupport", ["GRANT_ID": .text(grant)]).code == "WRONG_REQUEST")
            #expect(try await world.look(sam, grant, "calls").code == "GRANT_NOT_FOUND")
            #expect(try await world.grant(grant, scopes: ["history"]).json?["SCOPES"] == ["history"])
            #expect(try await world.look(sam, grant, "calls?limit=0").code == "WRONG_REQUEST")
            #expect(try await world.look(sam, grant, "calls?number=1").code == "WRONG_REQUEST")
        }
    }

    @Test(
        "A wrong request is told what is wrong",
        arguments: [
            "{}", "[]", #"{"portal":"demo","code":"0123-4567-89AB","reason":"","seconds":60,"scopes":["history"]}"#,
            #"{"portal":"demo","code":"0123-4567-89AB","reason":"x","seconds":59,"scopes":["history"]}"#,
            #"{"portal":"demo","code":"0123-4567-89AB","reason":"x","seconds":60,"scopes":[]}"#,
            #"{"portal":"demo","code":"0123-4567-89AB","reason":"x","seconds":60,"scopes":["all"]}"#,
            #"{"portal":"de mo","code":"0123-4567-89AB","reason":"x","seconds":60,"scopes":["history"]}"#,
        ])
    func wrongRequests(body: String) async throws {
        try await World.run { world async throws in
            let sam = try await world.supporter("sam")
            #expect(try await world.bear(sam, "/support/grants", body, .post).code == "WRONG_REQUEST")
        }
    }

    @Test("The journal is only ever added to")
    func appendOnly() throws {
        let root = URL(filePath: #filePath).pathComponents.dropLast(3).joined(separator: "/").dropFirst()
        let files = try #require(FileManager.default.enumerator(atPath: "\(root)/Sources/Controller"))
        for case let file as String in files where file.hasSuffix(".swift") {
            let source = try String(contentsOfFile: "\(root)/Sources/Controller/\(file)", encoding: .utf8)
            #expect(!source.contains("UPDATE support_journal") && !source.contains("DELETE FROM support_journal"))
        }
    }
}

extension World {
    /// The token of a new person of the support.
    func supporter(_ name: String) async throws -> String {
        try await administer("/admin/staff", #"{"name":"\#(name)","role":"support"}"#).json?["token"]?.string ?? ""
    }

    func code(portal: String = "demo") async throws -> String {
        try await command("NewSupportCode", portal: portal).json?["CODE"]?.string ?? ""
    }

    static func wish(
        _ portal: String, _ code: String, reason: String,
        scopes: String = #"["history","sessions","settings","recordings"]"#
    ) -> String {
        #"{"portal":"\#(portal)","code":"\#(code)","reason":"\#(reason)","seconds":3600,"scopes":\#(scopes)}"#
    }

    /// Asks for everything; the grant's identifier.
    func ask(_ token: String, portal: String = "demo") async throws -> String {
        let body = Self.wish(portal, try await code(portal: portal), reason: "no sound")
        return try await bear(token, "/support/grants", body, .post).json?["grant"]?.string ?? ""
    }

    func grant(
        _ id: String, portal: String = "demo", scopes: JSONValue = ["history", "sessions", "settings", "recordings"],
        seconds: Int64 = 3600
    ) async throws -> Answer {
        try await command(
            "GrantSupport",
            ["GRANT_ID": .text(id), "SCOPES": scopes, "SECONDS": .integer(seconds), "USER_ID": 67], portal: portal)
    }

    func end(_ id: String, portal: String = "demo") async throws -> Answer {
        try await command("EndSupport", ["GRANT_ID": .text(id), "USER_ID": 67], portal: portal)
    }

    func look(_ token: String, _ grant: String, _ path: String) async throws -> Answer {
        try await bear(token, "/support/grants/\(grant)/\(path)", "", .get)
    }
}
