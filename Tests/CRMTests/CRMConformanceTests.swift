import AsyncHTTPClient
import CRM
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PhoneNumbers
import RequestSigning
import Synchronization
import Testing

/// What every adapter must do, on the fake in memory and on a portal behind a real HTTP server.
@Suite struct CRMConformanceTests {
    enum Adapter: String, Sendable, CaseIterable { case fake, portal }

    static let known = CRMMatches(
        contacts: [CRMEntity(id: 5, name: "Ivan", responsible: CRMUserID(rawValue: 67))],
        leads: [CRMEntity(id: 6, name: "Lead", responsible: nil)])
    static let staff = [
        CRMEmployee(id: CRMUserID(rawValue: 67), name: "Anna", extension: "067", havePhone: true, online: false),
        CRMEmployee(
            id: CRMUserID(rawValue: 68), name: "Boris", havePhone: false, online: true, workdayOpen: false,
            ownPhone: "8 911 222-33-44"),
    ]

    private func with(_ adapter: Adapter, _ test: @escaping @Sendable (any CRMPort) async throws -> Void) async throws {
        switch adapter {
        case .fake: try await test(FakeCRM(matches: ["79112233444": Self.known], staff: Self.staff))
        case .portal: try await PortalServer().run { try await test(PortalCRM(client: $0)) }
        }
    }

    @Test("Cards are found by the canonical number, section by section", arguments: Adapter.allCases)
    func find(adapter: Adapter) async throws {
        let number = try #require(PhoneNumber(digits: "79112233444"))
        try await with(adapter) { crm in
            let found = try await crm.find(number)
            #expect(found == Self.known)
        }
    }

    @Test("A number that nobody has gives empty sections", arguments: Adapter.allCases)
    func nobody(adapter: Adapter) async throws {
        let number = try #require(PhoneNumber(digits: "79112233445"))
        try await with(adapter) { crm in
            let found = try await crm.find(number)
            #expect(found.isEmpty)
        }
    }

    @Test("Employees come with their state", arguments: Adapter.allCases)
    func employees(adapter: Adapter) async throws {
        try await with(adapter) { crm in
            let employees = try await crm.employees()
            #expect(employees == Self.staff)
        }
    }
}

@Suite struct PortalCRMTests {
    static let number = PhoneNumber(digits: "79112233444")

    @Test(
        "Each way to fail has its code",
        arguments: [
            (PortalServer.Behaviour.text("not json"), CRMError.Code.wrongAnswer), (.text("[]"), .wrongAnswer),
            (.text(#"{"contacts":[{"name":"no id"}]}"#), .wrongAnswer),
            (.text(#"{"contacts":[{"id":"x"}]}"#), .wrongAnswer),
            (.text(#"{"error":{"code":"LICENCE_ERROR"}}"#), .refused), (.status(500), .refused),
            (.status(403), .refused),
        ])
    func failures(behaviour: PortalServer.Behaviour, code: CRMError.Code) async throws {
        let number = try #require(Self.number)
        try await PortalServer(behaviour: behaviour).run { client in
            let error = await #expect(throws: CRMError.self) { try await PortalCRM(client: client).find(number) }
            #expect(error?.code == code)
            #expect(error?.message.contains(number.digits) == false)
        }
    }

    @Test("A portal that is not there is unreachable")
    func away() async throws {
        let number = try #require(Self.number)
        let key = RequestKey(licenceKey: "k", direction: .controllerToPortal)
        let client = SignedClient(base: "http://127.0.0.1:1", portal: "demo", key: { key }, http: .shared)
        let error = await #expect(throws: CRMError.self) {
            try await PortalCRM(client: client, limit: .milliseconds(100)).find(number)
        }
        #expect(error?.code == .unreachable)
    }

    @Test("Identifiers may be texts, flags may be Y and N, the list may stand alone")
    func tolerance() async throws {
        let text = #"[{"id":"67","name":"Anna","extension":167,"have_phone":"Y","online":0}]"#
        try await PortalServer(behaviour: .text(text)).run { client in
            let employees = try await PortalCRM(client: client).employees()
            #expect(employees.first?.extension == "167")
            #expect(employees.first?.havePhone == true)
            #expect(employees.first?.online == false)
        }
    }

    @Test("One question brings cards and employees, from a portal that gives both")
    func findWithEmployees() async throws {
        let number = try #require(Self.number)
        let text = #"{"contacts":[{"id":5,"title":"Ivan"}],"employees":[{"id":67,"name":"Anna"}]}"#
        try await PortalServer(behaviour: .text(text)).run { client in
            let answer = try await PortalCRM(client: client).findWithEmployees(number)
            #expect(answer.matches.contacts.map(\.name) == ["Ivan"])
            #expect(answer.employees?.map(\.name) == ["Anna"])
        }
        try await PortalServer().run { client in
            let answer = try await PortalCRM(client: client).findWithEmployees(number)
            #expect(answer.employees == nil)
        }
    }

    @Test(
        "An answer that is wrong somewhere says where",
        arguments: [
            (#"{"contacts":[{"id":5},{"id":true}]}"#, "field contacts[1].id"),
            (#"{"leads":[{"id":5,"name":7}]}"#, "field leads[0].name"), (#"{"contacts":{}}"#, "field contacts"),
            (#"{"employees":5}"#, "field employees"),
            (#"{"employees":[{"id":1,"online":"x"}]}"#, "employees[0].online"),
            (#"["secret"]"#, "it must be an object"), ("{", "no JSON"),
        ])
    func place(text: String, place: String) async throws {
        let number = try #require(Self.number)
        try await PortalServer(behaviour: .text(text)).run { client in
            let error = await #expect(throws: CRMError.self) {
                try await PortalCRM(client: client).findWithEmployees(number)
            }
            #expect(error?.code == .wrongAnswer)
            #expect(error?.message.contains(place) == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("secret") == false)
        }
    }

    @Test("A wrong key is refused by the portal")
    func wrongKey() async throws {
        let number = try #require(Self.number)
        try await PortalServer(licence: "another").run { client in
            let error = await #expect(throws: CRMError.self) { try await PortalCRM(client: client).find(number) }
            #expect(error?.code == .refused)
        }
    }
}

@Suite struct CRMWithinLimitTests {
    /// Answers never, and does not care for cancellation.
    struct Deaf: CRMPort {
        func find(_ number: PhoneNumber) async throws(CRMError) -> CRMMatches {
            await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
            return CRMMatches()
        }
        func employees() async throws(CRMError) -> [CRMEmployee] { throw CRMError(.refused, "no") }
    }

    @Test("A CRM that never answers is not waited for beyond the limit")
    func limit() async throws {
        let number = try #require(PhoneNumber(digits: "79112233444"))
        let crm = CRMWithinLimit(Deaf(), limit: .milliseconds(20))
        guard case .timedOut(.milliseconds(20)) = await crm.find(number) else {
            Issue.record("the limit must end the wait")
            return
        }
    }

    @Test("An error passes, an answer passes")
    func outcomes() async throws {
        let number = try #require(PhoneNumber(digits: "79112233444"))
        guard case .failed(let error) = await CRMWithinLimit(Deaf(), limit: .seconds(60)).employees() else {
            Issue.record("the error must pass")
            return
        }
        #expect(error.code == .refused)
        let crm = CRMWithinLimit(FakeCRM(matches: [:], staff: []), limit: .seconds(60))
        guard case .answered(let matches) = await crm.find(number) else {
            Issue.record("the answer must pass")
            return
        }
        #expect(matches.isEmpty)
    }
}
