import Foundation
import SIP
import TestCertificates
import Testing

@testable import Switchboard

/// An installation with a scenario of the test's own, two baresips as phones of its users, and sipp for everybody else.
///
/// Over TLS the phones of its users must encrypt their sound, too; sipp, which cannot, has a trunk's plain sound then.
struct InteropOffice {
    /// The user of the first phone; what dials the company's number reaches him where the scenario says so.
    static let firstUser = "user67"
    static let secondUser = "phone67"
    static let firstVoice = 1000.0
    static let secondVoice = 1500.0
    static let thirdVoice = 700.0
    static let transports: [SIPTransportKind] = [.udp, .tcp, .tls]

    let installation: TestInstallation
    let first: BaresipPhone
    let second: BaresipPhone
    let domain: String
    let transport: SIPTransportKind
    /// Whose certificates the platform has; nil without TLS.
    private let authority: TestAuthority?

    /// Starts everything, runs the body, stops everything; what the programs wrote is shown when the body fails.
    static func run(
        _ transport: SIPTransportKind, scenario text: (Settings) throws -> String,
        _ body: (InteropOffice) async throws -> Void
    ) async throws {
        let scenario = try CustomScenario()
        let security = transport == .tls ? try SecureSettings(srtp: "required") : nil
        defer { security?.authority.remove() }
        let settings = scenario.settings.merging(security?.settings ?? [:]) { $1 }
        try await withoutActuallyEscaping(text) { text in
            try await TestInstallation.run(settings, arrange: { try scenario.write(try text($0)) }) {
                try await run(transport, security?.authority, $0, body)
            }
        }
    }

    private static func run(
        _ transport: SIPTransportKind, _ authority: TestAuthority?, _ installation: TestInstallation,
        _ body: (InteropOffice) async throws -> Void
    ) async throws {
        let credentials = try await installation.prepared()
        let office = InteropOffice(
            installation: installation,
            first: try await BaresipPhone.start(in: "\(installation.directory)/first", voice: firstVoice),
            second: try await BaresipPhone.start(in: "\(installation.directory)/second", voice: secondVoice),
            domain: credentials.domain, transport: transport, authority: authority)
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
        try await register(first, credentials.userLogin, credentials.userPassword)
        try await register(second, credentials.phoneLogin, credentials.phonePassword)
    }

    private func register(_ phone: BaresipPhone, _ user: String, _ password: String) async throws {
        try await phone.register(
            user: user, password: password, domain: domain, server: server,
            transport: transport.rawValue.lowercased(), parameters: transport == .tls ? ";mediaenc=srtp" : "")
    }

    private func stop() async {
        for phone in [first, second] { await phone.stop() }
    }

    /// The platform's address for signalling over the office's transport.
    private var server: String { "\(installation.settings.text("voice.sip.address")):\(port)" }

    private var port: Int {
        installation.settings.integer(transport == .tls ? "voice.sip.tls.port" : "voice.sip.port")
    }

    /// A sipp with a folder of its own for the time of a body.
    func sipp(_ name: String, _ body: (SippCaller) async throws -> Void) async throws {
        try await installation.sipp(name, body)
    }

    /// sipp calls over the office's transport, as ``SippCaller`` does.
    func call(
        _ number: String, by sipp: SippCaller, as script: SippScript, from address: String = DemoPhones.trunkAddress,
        callID: String? = nil, sounds: [String: [Int16]] = [:]
    ) async throws {
        var relay: TLSRelay?
        if let authority {
            relay = try await TLSRelay.open(
                to: installation.settings.text("voice.sip.address"), port: port, from: address,
                authorities: authority.certificate)
        }
        try sipp.call(
            number, at: server, as: script, transport: transport, from: address, callID: callID, sounds: sounds,
            through: relay)
    }

    /// A third baresip, of the employee who has none otherwise, for the time of a body.
    ///
    /// - Parameter sound: what it says over and over again.
    func third(sound: [Int16], _ body: (BaresipPhone) async throws -> Void) async throws {
        let phone = try await BaresipPhone.start(in: "\(installation.directory)/third", sound: sound)
        do {
            let account = try await colleague()
            try await register(phone, account.user, account.password ?? "")
            try await body(phone)
        } catch {
            await phone.stop()
            Issue.record("\(error)\n\(phone.program.output)")
            throw error
        }
        await phone.stop()
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
