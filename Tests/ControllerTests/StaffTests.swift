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
