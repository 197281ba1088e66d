import Digests
import Storage
import Testing
import VoiceEngine

@testable import VoicePlatform

@Suite struct ApplicationMethodTests {
    @Test func `phones of a user who was shut out, renamed or deleted are forgotten`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            let user = ["user_id": "\(thing.user)"]
            func forgotten(after method: String, _ fields: [String: String]) async throws -> [String] {
                let before = platform.hosting.forgotten.count
                #expect(try await tenant.call(method, fields)["result"].number == 1)
                let new = platform.hosting.forgotten.dropFirst(before)
                #expect(new.allSatisfy { $0.domain == "switchboard.tenant-one.voice.test" })
                return new.map(\.username)
            }
            func change(_ fields: [String: String]) async throws -> [String] {
                try await forgotten(after: "SetUserInfo", user.merging(fields) { $1 })
            }
            #expect(try await change(["user_display_name": "Ivan"]) == [])
            #expect(try await change(["user_password": "Another-1"]) == ["user67"])
            #expect(try await change(["user_password": "Another-1"]) == [])
            #expect(try await change(["new_user_name": "user68", "user_password": "Another-1"]) == ["user67"])
            #expect(try await change(["user_active": "false"]) == ["user68"])
            let application = ["application_id": "\(thing.application)"]
            for name in ["ann", "bob"] {
                let new = ["user_name": name + "1", "user_display_name": name, "user_password": "Secret-123"]
                try await tenant.call("AddUser", application.merging(new) { $1 })
            }
            let named = application.merging(["user_name": "ann1"]) { $1 }
            #expect(try await forgotten(after: "DelUser", named) == ["ann1"])
            #expect(try await forgotten(after: "DelApplication", application).sorted() == ["bob1", "user68"])
        }
    }

    @Test func `an application has a full name, which is its domain`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let added = try await tenant.call("AddApplication", ["application_name": "switchboard"])
            #expect(added["application_name"].string == "switchboard.tenant-one.voice.test")
            #expect(try await tenant.call("AddApplication", ["application_name": "switchboard"]).errorCode == 129)
            #expect(try await tenant.call("AddApplication", ["application_name": "Bad"]).errorCode == 107)
            #expect(try await tenant.call("AddApplication").errorField == "application_name")
            try await tenant.call("AddApplication", ["application_name": "second"])
            let list = try await tenant.call("GetApplications", ["count": "1", "offset": "1"])
            #expect(list["total_count"].number == 2)
            #expect(list["result"][0]["application_name"].string == "second.tenant-one.voice.test")
            let removed = try await tenant.call(
                "DelApplication", ["application_name": "second.tenant-one.voice.test"])
            #expect(removed["result"].number == 1)
            #expect(try await tenant.call("GetApplications")["total_count"].number == 1)
        }
    }

    @Test func `a user's password is kept as digests only`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            _ = try await tenant.furnish()
            let domain = "switchboard.tenant-one.voice.test"
            let user = try await platform.core.directory.user("user67", domain: domain)
            let expected = UserCredential(user: "user67", realm: domain, password: "Secret-123")
            #expect(user?.credential == expected)
            #expect(expected.ha1MD5 == HashFunction.md5.hexDigest("user67:\(domain):Secret-123"))
            let stored = try await platform.core.database.read { transaction in
                try transaction.query("SELECT * FROM app_user").map { "\($0)" }.joined()
            }
            #expect(!stored.contains("Secret-123"))
            #expect(stored.contains(expected.ha1SHA256))
        }
    }

    @Test func `a changed user is seen by the next look-up`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            let domain = "switchboard.tenant-one.voice.test"
            let directory = platform.core.directory
            #expect(try await directory.user("user67", domain: domain) != nil)
            try await tenant.call("SetUserInfo", ["user_id": "\(thing.user)", "user_active": "false"])
            #expect(try await directory.user("user67", domain: domain) == nil)
            try await tenant.call(
                "SetUserInfo",
                [
                    "user_name": "user67", "application_name": "switchboard", "user_active": "true",
                    "user_password": "Other-4567",
                ])
            let changed = try await directory.user("user67", domain: domain)
            #expect(changed?.credential == UserCredential(user: "user67", realm: domain, password: "Other-4567"))
            #expect(try await tenant.call("SetUserInfo", ["user_id": "1;2", "user_active": "true"]).errorCode != nil)
            let renamed = try await tenant.call("SetUserInfo", ["user_id": "\(thing.user)", "new_user_name": "other"])
            #expect(renamed.errorField == "user_password")
            try await tenant.call("DelUser", ["user_id": "\(thing.user)"])
            #expect(try await directory.user("user67", domain: domain) == nil)
        }
    }

    @Test(arguments: [
        (["user_name": "User"], 122), (["user_name": "ab"], 122), (["user_name": "-ab"], 122),
        (["user_name": "user67"], 118), (["user_password": "Secret1"], 112), (["user_password": "secret-123"], 463),
        (["user_display_name": ""], 134), (["user_active": "2"], 101),
    ])
    func `a user that breaks a rule is refused with the rule's code`(change: [String: String], code: Int) async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            let user = [
                "application_id": "\(thing.application)", "user_name": "user68", "user_display_name": "x",
                "user_password": "Secret-123",
            ]
            #expect(try await tenant.call("AddUser", user.merging(change) { $1 }).errorCode == code)
            #expect(try await tenant.call("AddUser", user).errorCode == nil)
        }
    }

    @Test func `users are listed in pages and found by name`() async throws {
        try await TestPlatform.run { platform in
            let tenant = try await platform.child("tenant-one")
            let thing = try await tenant.furnish()
            for number in 1...5 {
                try await tenant.call(
                    "AddUser",
                    [
                        "application_id": "\(thing.application)", "user_name": "phone\(number)",
                        "user_display_name": "P\(6 - number)", "user_password": "Secret-123",
                    ])
            }
            let application = ["application_id": "\(thing.application)"]
            let phones = try await tenant.call(
                "GetUsers",
                application.merging(["user_name": "PHONE", "order_by": "user_display_name", "count": "2"]) { $1 })
            #expect(phones["total_count"].number == 5)
            #expect(phones["result"].items.compactMap { $0["user_name"].string } == ["phone5", "phone4"])
            let wildcard = try await tenant.call("GetUsers", application.merging(["user_name": "%"]) { $1 })
            #expect(wildcard["total_count"].number == 0)
            #expect(
                try await tenant.call("GetUsers", application.merging(["order_by": "1;DROP"]) { $1 }).errorCode == 101)
            let gone = try await tenant.call("DelUser", application.merging(["user_name": "all"]) { $1 })
            #expect(gone["result"].number == 1)
            #expect(try await tenant.call("GetUsers", application)["total_count"].number == 0)
        }
    }

    @Test func `items are set, read, listed, expire and go`() async throws {
        let time = ManualTime(UnixTime(seconds: 1_800_000_000))
        try await TestPlatform.run(clock: { time.now }) { platform in
            let tenant = try await platform.child("tenant-one")
            let application = ["application_id": "\(try await tenant.furnish().application)"]
            func call(_ method: String, _ more: [String: String]) async throws -> Answer {
                try await tenant.call(method, application.merging(more) { $1 })
            }
            let set = try await call("SetKeyValueItem", ["key": "line:7", "value": "{\"ID\":1}", "ttl": "60"])
            #expect(set["result"]["expires_at"].number == 1_800_000_060)
            _ = try await call("SetKeyValueItem", ["key": "other", "value": ""])
            #expect(try await call("GetKeyValueItem", ["key": "line:7"])["result"]["value"].string == "{\"ID\":1}")
            #expect(try await call("GetKeyValueItems", ["key": "line:*"])["result"].items.count == 1)
            #expect(try await call("GetKeyValueKeys", [:])["result"].items.count == 2)
            time.now = UnixTime(seconds: 1_800_000_060)
            #expect(try await call("GetKeyValueItem", ["key": "line:7"]).errorField == "key")
            #expect(try await call("DelKeyValueItem", ["key": "other"])["result"].number == 1)
            #expect(try await call("DelKeyValueItem", ["key": "other"]).errorCode == 101)
            let long = String(repeating: "я", count: 201)
            #expect(try await call("SetKeyValueItem", ["key": long, "value": "x"]).errorField == "key")
            #expect(try await call("SetKeyValueItem", ["key": "k", "value": long, "ttl": "-1"]).errorField == "ttl")
            let huge = String(repeating: "v", count: 2001)
            #expect(try await call("SetKeyValueItem", ["key": "k", "value": huge]).errorField == "value")
        }
    }
}
