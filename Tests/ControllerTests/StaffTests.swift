import Foundation
import Testing

@testable import Controller

@Suite struct StaffTests {
    @Test("A new token ends the former one; who is disabled stays out until enabled")
    func tokens() async throws {
        try await World.run { world async throws in
            let added = try await world.administer("/admin/staff", #"{"name":"vera","role":"viewer"}"#)
            let first = try #require(added.json?["token"]?.string)
            #expect(try await world.admin("/admin/calls", token: first).status == 200)
            #expect(try await world.admin("/admin/staff", token: first).status == 403)
            let renewed = try await world.administer("/admin/staff/vera/token", "")
            let second = try #require(renewed.json?["token"]?.string)
            #expect(try await world.admin("/admin/calls", token: first).status == 403)
            #expect(try await world.admin("/admin/calls", token: second).status == 200)
            _ = try await world.administer("/admin/staff/vera/disable", "")
            #expect(try await world.admin("/admin/calls", token: second).status == 403)
            _ = try await world.administer("/admin/staff/vera/enable", "")
            #expect(try await world.admin("/admin/calls", token: second).status == 200)
            let list = try await world.admin("/admin/staff").text
            #expect(list.contains(#""name":"vera","role":"viewer","enabled":true"#))
            #expect(!list.contains(second) && !world.log.text.contains(second))
        }
    }

    @Test("A wrong person is told what is wrong, and nothing is kept")
    func wrongInput() async throws {
        try await World.run { world async throws in
            for body in [
                "{}", #"{"name":"vera","role":"owner"}"#, #"{"name":"a b","role":"viewer"}"#, "[]", "{",
                #"{"name":"operator","role":"viewer"}"#,
            ] {
                #expect(try await world.administer("/admin/staff", body).code == "WRONG_REQUEST", "\(body)")
            }
            #expect(try await world.admin("/admin/staff").text == #"{"staff":[]}"#)
            _ = try await world.administer("/admin/staff", #"{"name":"vera","role":"viewer"}"#)
            #expect(try await world.administer("/admin/staff", #"{"name":"vera","role":"support"}"#).code == "EXISTS")
            #expect(try await world.administer("/admin/staff/nobody/token", "").code == "STAFF_NOT_FOUND")
            #expect(try await world.admin("/admin/staff").text.contains(#""role":"viewer""#))
        }
    }

    @Test("Whatever the operator's people change stands in the journal under the name that their token has")
    func journal() async throws {
        try await World.run { world async throws in
            let anna = try #require(
                try await world.administer("/admin/staff", #"{"name":"anna","role":"administrator"}"#)
                    .json?["token"]?.string)
            for (path, body) in [
                ("/admin/portals", #"{"portal":"new","address":"http://new.example"}"#),
                ("/admin/portals/new/key", "{}"),
                ("/admin/portals/new/move", #"{"address":"http://box.example","request":"move-0001"}"#),
                ("/admin/portals/new/move", #"{"address":"http://box.example","request":"move-0001"}"#),
                ("/admin/staff", #"{"name":"vera","role":"viewer"}"#), ("/admin/staff/vera/token", ""),
                ("/admin/staff/vera/disable", ""), ("/admin/staff/vera/enable", ""),
                ("/admin/scenario/versions", #"{"source":"/* ten */"}"#),
                ("/admin/scenario/versions/10/rollout", #"{"share":50,"exclude":["demo","other"]}"#),
                ("/admin/scenario/versions/10/rollout", #"{"action":"pause"}"#),
                ("/admin/scenario/versions/10/rollout", #"{"action":"resume"}"#),
                ("/admin/scenario/versions/10/rollout", #"{"action":"stop"}"#),
            ] {
                #expect(try await world.administer(path, body, token: anna).status == 200, "\(path) \(body)")
            }
            let journal = try await world.admin("/admin/journal", token: anna)
            let lines = try #require(journal.json?["journal"]?.elements).reversed()
            #expect(lines.compactMap { $0["person"]?.string } == ["operator"] + Array(repeating: "anna", count: 13))
            #expect(
                lines.map { "\($0["act"]?.string ?? "") \($0["object"]?.string ?? "")" } == [
                    "staff_added anna administrator", "portal_added new", "key_rotated new",
                    "portal_moved new http://box.example", "portal_moved new http://box.example",
                    "staff_added vera viewer", "token_renewed vera", "staff_disabled vera", "staff_enabled vera",
                    "version_published 10", "rollout_changed 10 share=50 exclude=demo,other", "rollout_paused 10",
                    "rollout_resumed 10", "version_stopped 10",
                ])
            #expect(journal.json?["next"] == .null && !journal.text.contains(anna))
            let page = try await world.admin("/admin/journal?limit=3", token: anna)
            let next = try #require(page.json?["next"]?.int64)
            let second = try await world.admin("/admin/journal?limit=1&before=\(next)", token: anna)
            #expect(second.json?["journal"]?.elements.first?["act"] == "rollout_changed")
            #expect(world.log.text.contains("key_rotated"))
        }
    }

    @Test("What was refused, and who is no administrator, leaves no line and reads none")
    func noLine() async throws {
        try await World.run { world async throws in
            for (path, body) in [
                ("/admin/staff/nobody/token", ""), ("/admin/staff", #"{"name":"vera"}"#),
                ("/admin/portals/nobody/key", "{}"), ("/admin/scenario/versions/7/rollout", #"{"action":"pause"}"#),
                ("/admin/portals", #"{"portal":"demo","address":"http://a.example"}"#),
                ("/admin/scenario/versions/9/rollout", #"{"action":"pause"}"#),
            ] {
                #expect(try await world.administer(path, body).status >= 400, "\(path)")
            }
            #expect(try await world.admin("/admin/journal").text == #"{"journal":[],"next":null}"#)
            let token = try await world.administer("/admin/staff", #"{"name":"vera","role":"publisher"}"#)
            #expect(try await world.admin("/admin/journal", token: token.json?["token"]?.string ?? "").status == 403)
            for query in ["limit=0", "limit=501", "before=0", "before=x"] {
                #expect(try await world.admin("/admin/journal?\(query)").code == "WRONG_REQUEST", "\(query)")
            }
        }
    }

    @Test("The journal is only ever added to")
    func appendOnly() throws {
        let root = URL(filePath: #filePath).pathComponents.dropLast(3).joined(separator: "/").dropFirst()
        let files = try #require(FileManager.default.enumerator(atPath: "\(root)/Sources/Controller"))
        for case let file as String in files where file.hasSuffix(".swift") {
            let source = try String(contentsOfFile: "\(root)/Sources/Controller/\(file)", encoding: .utf8)
            #expect(!source.contains("UPDATE staff_journal") && !source.contains("DELETE FROM staff_journal"))
        }
    }

    @Test("An administrator is no supporter, a supporter no viewer")
    func roles() {
        let table = StaffRole.allCases.map { role in StaffRole.allCases.map(role.permits) }
        #expect(
            table == [
                [true, false, false, false], [true, true, false, false], [true, true, true, false],
                [false, false, false, true],
            ])
    }
}
