import Foundation
import SIP
import Testing

@testable import Switchboard

/// An installation with a scenario of the test's own, two baresips as phones of its users, and sipp for everybody else.
struct InteropOffice {
    /// The user of the first phone; what dials the company's number reaches him where the scenario says so.
    static let firstUser = "user67"
    static let secondUser = "phone67"
    static let firstVoice = 1000.0
    static let secondVoice = 1500.0

    let installation: TestInstallation
    let first: BaresipPhone
    let second: BaresipPhone
    let domain: String
    let transport: SIPTransportKind

    /// Starts everything, runs the body, stops everything; what the programs wrote is shown when the body fails.
    static func run(
        _ transport: SIPTransportKind, scenario text: (Settings) throws -> String,
        _ body: (InteropOffice) async throws -> Void
    ) async throws {
        let scenario = try CustomScenario()
        try await withoutActuallyEscaping(text) { text in
            try await TestInstallation.run(scenario.settings, arrange: { try scenario.write(try text($0)) }) {
                try await run(transport, $0, body)
            }
        }
    }

    private static func run(
        _ transport: SIPTransportKind, _ installation: TestInstallation,
        _ body: (InteropOffice) async throws -> Void
    ) async throws {
        let credentials = try await installation.prepared()
        let office = InteropOffice(
            installation: installation,
            first: try await BaresipPhone.start(in: "\(installation.directory)/first", voice: firstVoice),
            second: try await BaresipPhone.start(in: "\(installation.directory)/second", voice: secondVoice),
            domain: credentials.domain, transport: transport)
        do {
            try await office.register(credentials)
            try await body(office)
        } catch {
            await office.stop()
            let outputs = [office.first, office.second].map(\.program.output) + installation.logs()
            Issue.record("\(error)\n\(outputs.joined(separator: "\n"))")
            throw error
        }
        await office.stop()
    }

    private func register(_ credentials: DemoPhones.Credentials) async throws {
        try await first.register(
            user: credentials.userLogin, password: credentials.userPassword, domain: domain, server: server,
            transport: transport.rawValue.lowercased())
        try await second.register(
            user: credentials.phoneLogin, password: credentials.phonePassword, domain: domain, server: server,
            transport: transport.rawValue.lowercased())
    }

    private func stop() async {
        for phone in [first, second] { await phone.stop() }
    }

    private var server: String { installation.server }

    /// A sipp with a folder of its own for the time of a body.
    func sipp(_ name: String, _ body: (SippCaller) async throws -> Void) async throws {
        try await installation.sipp(name, body)
    }

    /// The customer behind the trunk.
    static let customer = SippScript.Caller(user: DemoCompany.customerNumber, domain: DemoPhones.trunkAddress)

    /// An employee who has no baresip.
    func colleague() async throws -> SippScript.Caller {
        let browser = try await EmployeeBrowser.logIn(
            portal: installation.settings.url("portal"), login: "olga", password: "olga-68-demo",
            client: installation.demo.installation.client)
        let answer = try await browser.get("/api/phone/credentials")
        let user = try #require(answer["user_login"] as? String)
        return SippScript.Caller(user: user, domain: domain, password: answer["user_password"] as? String)
    }

    /// Waits for a line in a session log, whether the session goes on or not.
    func logged(_ text: String, times: Int = 1) async throws {
        try await Wait.until("'\(text)' in the session logs, \(times) times", within: .seconds(40)) {
            let found = installation.logs().map { $0.components(separatedBy: text).count - 1 }.reduce(0, +)
            return found >= times ? () : nil
        }
    }

    /// The file of the recording whose address follows a text in a session log.
    func recording(after text: String) async throws -> String {
        let address: String = try await Wait.until("a recording after '\(text)'") {
            installation.logs().lazy.compactMap { log in
                log.range(of: text).map { String(log[$0.upperBound...].prefix { !$0.isWhitespace }) }
            }.first
        }
        let name = try #require(address.split(separator: "/").last, "the recording's address")
        return "\(installation.directory)/voice/records/\(name.prefix(2))/\(name)"
    }
}

extension TestInstallation {
    /// The platform's address for signalling.
    var server: String { "\(settings.text("voice.sip.address")):\(settings.integer("voice.sip.port"))" }

    /// A sipp with a folder of its own for the time of a body, which shows what it wrote when the body fails.
    func sipp(_ name: String, _ body: (SippCaller) async throws -> Void) async throws {
        let caller = SippCaller(folder: "\(directory)/\(name)")
        do {
            try await body(caller)
        } catch {
            await caller.stop()
            Issue.record("\(error)\n\(caller.output)")
            throw error
        }
        await caller.stop()
    }
}
