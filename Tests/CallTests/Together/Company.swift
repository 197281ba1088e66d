import Foundation
import NIOCore
import SIP
import Storage

@testable import Switchboard

/// A company of several on one voice platform, with its portal and its telephones.
struct Company: Sendable {
    let name: String
    /// What customers call.
    let number: String
    let licenceKey: String
    let portal: Installation

    /// The portal, in a data directory of its own, for a licence that the operator has just given out.
    static func make(_ index: Int, of installation: TestInstallation) async throws -> Company {
        let (name, number) = ("company\(index)", number(index))
        let directory = "\(installation.directory)/\(name)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // Nobody waits for a greeting.
        let seed = DemoCompany.seed.replacing(DemoCompany.number, with: number)
            .replacing(
                #""RECORDING": "Y""#, with: #""RECORDING": "N", "MELODY_WELCOME_ENABLE": "N", "DIRECT_CODE": "N""#)
        try Data(seed.utf8).write(to: URL(filePath: "\(directory)/company.json"))
        let free = try await FreePorts.choose(for: installation.settings.replacing("portal.port", .integer(0)))
        let settings = installation.settings.replacing("portal.port", .integer(free.integer("portal.port")))
            .replacing("portal.id", .text(name)).replacing("data.directory", .text(directory))
            .replacing("portal.seed", .text("\(directory)/company.json"))
        var secrets = installation.demo.installation.secrets
        let answer = try await installation.operatorClient.post(
            "/admin/portals",
            ["portal": name, "address": settings.url("portal"), "currency": "USD", "region": "RU"])
        secrets.licenceKey = answer["licence_key"] as? String ?? ""
        try secrets.save(in: directory)
        return Company(
            name: name, number: number, licenceKey: secrets.licenceKey,
            portal: try Installation(settings: settings, roles: [.portal]))
    }

    static func number(_ index: Int) -> String { "7401200001\(index)" }

    func browser() async throws -> EmployeeBrowser {
        try await EmployeeBrowser.logIn(
            portal: portal.settings.url("portal"), login: DemoCompany.login, password: DemoCompany.password,
            client: portal.client)
    }

    /// The employee's desk phone, registered, which answers at once.
    func desk(_ installation: TestInstallation) async throws -> SoftPhone {
        let answer = try await browser().get("/api/phone/credentials")
        func text(_ key: String) -> String { answer[key] as? String ?? "" }
        let phone = try await installation.phone(
            text("phone_login"), domain: text("domain"), password: text("phone_password"),
            behaviour: PhoneBehaviour(answer: .after(.milliseconds(50))))
        try await phone.register()
        return phone
    }

    /// The calls of the portal's page, by their names.
    func calls() async throws -> [String: [String: Any]] {
        let calls = try await browser().get("/api/calls?limit=500")["calls"] as? [[String: Any]] ?? []
        return Dictionary(calls.map { ($0["call_id"] as? String ?? "", $0) }) { first, _ in first }
    }

    /// Messages that the portal still has for the controller.
    func outbox() async throws -> Int64 {
        let database = try Database.open(path: "\(portal.settings.text("data.directory"))/portal/portal.sqlite")
        defer { try? database.close() }
        return try await database.read { try $0.queryOne("SELECT COUNT(*) AS number FROM outbox")?.integer("number") }
            ?? 0
    }
}

/// A telephone of a customer and the desk phone that answers him.
struct Telephones: Sendable {
    let caller: SoftPhone
    let desk: SoftPhone

    /// Calls, and returns when both hear each other.
    func talk(to company: Company) async throws -> SessionHandle {
        let call = try await caller.call(company.number)
        try await caller.journal.first("the answer", within: .seconds(60)) { $0 == .answered(call) }
        try await desk.journal.first("the talk", within: .seconds(60)) {
            if case .answered = $0 { true } else { false }
        }
        return call
    }

    func hangUp(_ call: SessionHandle) async throws {
        try await caller.hangUp(call)
        try await desk.journal.first("the end of the talk") { if case .ended = $0 { true } else { false } }
    }

    func stop() async { for phone in [caller, desk] { await phone.stop() } }
}

extension TestInstallation {
    var operatorClient: OperatorClient {
        OperatorClient(
            url: settings.url("controller"), token: demo.installation.secrets.operatorToken,
            client: demo.installation.client)
    }
}
