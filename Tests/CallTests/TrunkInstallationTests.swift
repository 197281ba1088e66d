import Foundation
import Media
import NIOCore
import NIOPosix
import SIP
import TestCertificates
import Testing

@testable import Switchboard

/// Calls between an office's installation and its carriers: another installation, and Kamailio.
@Suite(.serialized) struct TrunkInstallationTests {
    /// The domain of Kamailio's users.
    private static let domain = "pbx.test"

    /// Calls from the carrier are answered; calls of the office's own phones leave by the trunk.
    private static let officeScenario = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
          const kind = event.headers["VI-Client-Type"];
          Logger.write(`office: ${kind} ${event.callerid} calls ${event.destination}`);
          if (kind === "pstn") {
            event.call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
            event.call.answer();
          } else {
            VoxEngine.easyProcess(event.call, VoxEngine.callPSTN(event.destination, "\(DemoCompany.number)"));
          }
        });
        """

    /// Calls from outside go to the office, which is registered as the desk phone; calls of the office are answered.
    private static let carrierScenario = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
          const kind = event.headers["VI-Client-Type"];
          Logger.write(`carrier: ${kind} ${event.callerid} calls ${event.destination}`);
          if (kind === "pstn") {
            const office = VoxEngine.callUser("phone\(DemoCompany.employeeID)", event.callerid);
            VoxEngine.easyProcess(event.call, office);
          } else {
            event.call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
            event.call.answer();
          }
        });
        """

    /// The office's file of trunks.
    private struct Carrier {
        let account: DemoPhones.Credentials
        /// Address and port of each server, the first one first.
        var servers: [(address: String, port: Int)]

        func write(to folder: String) throws -> [String: Settings.Value] {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try account.phonePassword.write(toFile: "\(folder)/password", atomically: true, encoding: .utf8)
            let servers = servers.enumerated().map {
                "      - {host: \($1.address), port: \($1.port), priority: \($0)}"
            }
            let text = """
                trunks:
                  - name: provider
                    servers:
                \(servers.joined(separator: "\n"))
                    domain: \(account.domain)
                    user: \(account.phoneLogin)
                    password: {file: "\(folder)/password"}
                    register: {seconds: 600}
                    number: "\(DemoCompany.number)"
                    callerid: {in: asserted}
                    numbers: {}
                    attempt: 2
                    health: 5
                """
            try text.write(toFile: "\(folder)/trunks.yaml", atomically: true, encoding: .utf8)
            return try TrunkInstallationTests.settings(trunks: "\(folder)/trunks.yaml", in: folder)
        }
    }

    /// Settings with a file of trunks, and a price for numbers.
    private static func settings(trunks path: String, in folder: String) throws -> [String: Settings.Value] {
        let prices = "currency,direction,kind,prefix,group,price\nUSD,outgoing,pstn,,Outgoing PSTN,0\n"
        try prices.write(toFile: "\(folder)/prices.csv", atomically: true, encoding: .utf8)
        return ["voice.trunkfile": .text(path), "voice.tariffs": .text("\(folder)/prices.csv")]
    }

    private static func installation(
        _ scenario: String, _ changes: [String: Settings.Value] = [:],
        _ body: (TestInstallation, DemoPhones.Credentials) async throws -> Void
    ) async throws {
        let scenario = try CustomScenario(scenario)
        try await TestInstallation.run(scenario.settings.merging(changes) { $1 }) { installation in
            try await body(installation, try await installation.prepared())
        }
    }

    /// The office's phone, registered at the office.
    private static func phone(_ office: TestInstallation, _ own: DemoPhones.Credentials) async throws -> SoftPhone {
        let phone = try await office.phone(own.userLogin, domain: own.domain, password: own.userPassword)
        try await phone.register()
        return phone
    }

    private static func address(_ carrier: TestInstallation) -> (address: String, port: Int) {
        (carrier.settings.text("voice.sip.address"), carrier.settings.integer("voice.sip.port"))
    }

    @Test(.timeLimit(.minutes(3))) func twoInstallationsCallEachOtherOverARegistration() async throws {
        try await Self.installation(Self.carrierScenario) { carrier, account in
            let trunk = Carrier(account: account, servers: [Self.address(carrier)])
            let settings = try trunk.write(to: "\(carrier.directory)/office")
            try await Self.installation(Self.officeScenario, settings) { office, own in
                try await comesIn(carrier, office)
                let phone = try await Self.phone(office, own)
                let call = try await phone.call("74954451120")
                try await phone.journal.first("the carrier's answer") { $0 == .answered(call) }
                try await phone.hangUp(call)
                let log = "carrier: user \(account.phoneLogin) calls 74954451120"
                _ = try await carrier.finishedLog(with: log)
                _ = try await office.finishedLog(with: "calls 74954451120")
                await phone.stop()
            }
        }
    }

    /// A customer of the carrier reaches the office; tried again until the office is registered.
    private func comesIn(_ carrier: TestInstallation, _ office: TestInstallation) async throws {
        let caller = try await carrier.caller()
        try await Wait.until("a call from the carrier to the office") { () -> Bool? in
            let call = try await caller.call(DemoCompany.number)
            let outcome = try await caller.journal.first("an outcome") { event in
                switch event {
                case .answered(call), .failed(call, _, _): true
                default: false
                }
            }
            guard outcome == .answered(call) else { return nil }
            try await caller.hangUp(call)
            return true
        }
        let log = "office: pstn \(DemoCompany.customerNumber) calls \(DemoCompany.number)"
        _ = try await office.finishedLog(with: log)
        await caller.stop()
    }

    @Test(.timeLimit(.minutes(4))) func kamailioIsTheRegistrarAndTheOtherInstallationStepsIn() async throws {
        try await Self.installation(Self.carrierScenario) { carrier, account in
            let kamailio = try await KamailioRegistrar.start(
                in: "\(carrier.directory)/kamailio", password: account.phonePassword)
            let trunk = Carrier(
                account: account,
                servers: [(KamailioRegistrar.address, kamailio.port), Self.address(carrier)])
            let settings = try trunk.write(to: "\(carrier.directory)/office")
            do {
                try await Self.installation(Self.officeScenario, settings) { office, own in
                    try await kamailio.registered(account.phoneLogin)
                    let customer = try await customer(of: kamailio, account)
                    let phone = try await Self.phone(office, own)
                    try await comesIn(from: customer, to: office, as: account.phoneLogin)
                    try await goesOut(from: phone, to: customer, office)
                    await kamailio.stop()
                    try await comesIn(carrier, office)
                    try await stepsIn(phone, carrier, account)
                    for station in [customer, phone] { await station.stop() }
                }
            } catch {
                await kamailio.stop()
                Issue.record("\(error)\n\(kamailio.program.output)")
                throw error
            }
        }
    }

    /// Somebody with an account at Kamailio.
    private func customer(
        of kamailio: KamailioRegistrar, _ account: DemoPhones.Credentials
    ) async throws -> SoftPhone {
        let phone = try SoftPhone(
            account: PhoneAccount(
                user: DemoCompany.customerNumber, domain: Self.domain, password: account.phonePassword,
                serverAddress: KamailioRegistrar.address, serverPort: UInt16(kamailio.port)),
            behaviour: PhoneBehaviour(answer: .after(.zero)), localAddress: KamailioRegistrar.address,
            eventLoop: MultiThreadedEventLoopGroup.singleton.any())
        try await phone.start()
        try await phone.register()
        return phone
    }

    private func comesIn(from customer: SoftPhone, to office: TestInstallation, as user: String) async throws {
        let call = try await customer.call(user)
        try await customer.journal.first("the office's answer") { $0 == .answered(call) }
        try await customer.hangUp(call)
        let log = "office: pstn \(DemoCompany.customerNumber) calls \(DemoCompany.number)"
        _ = try await office.finishedLog(with: log)
    }

    /// The office's phone calls the customer and hears him.
    private func goesOut(from phone: SoftPhone, to customer: SoftPhone, _ office: TestInstallation) async throws {
        let heard = "\(office.directory)/heard.wav"
        try await phone.hear(to: heard)
        try await customer.play(try DemoPhones.tone(1000), loop: true)
        let call = try await phone.call(DemoCompany.customerNumber)
        try await phone.journal.first("the customer's answer") { $0 == .answered(call) }
        try await Wait.until("two seconds of sound") {
            let size = try? FileManager.default.attributesOfItem(atPath: heard)[.size] as? Int
            return size ?? 0 > 2 * 2 * PCMClip.sampleRate ? true : nil
        }
        try await phone.hangUp(call)
        try await phone.journal.first("the recording") { $0 == .recorded(heard) }
        #expect(ToneTrack(try AudioDecoder().decode(path: heard)).seconds(of: 1000) > 1)
    }

    /// Without Kamailio the same call goes to the other installation, and the phone hears of nothing but its answer.
    private func stepsIn(
        _ phone: SoftPhone, _ carrier: TestInstallation, _ account: DemoPhones.Credentials
    ) async throws {
        for _ in 0..<2 {
            let call = try await phone.call("74954451120")
            try await phone.journal.first("the other carrier's answer", within: .seconds(30)) { $0 == .answered(call) }
            try await phone.hangUp(call)
        }
        _ = try await carrier.finishedLog(with: "carrier: user \(account.phoneLogin) calls 74954451120")
    }

    /// The office logs in from its own address; both sides want TLS and encrypted sound.
    @Test(.timeLimit(.minutes(3))) func aTrunkLogsInOverTLSAndItsSoundIsEncrypted() async throws {
        let security = try SecureSettings(srtp: "optional")
        defer { security.authority.remove() }
        let scenario = try CustomScenario()
        let folder = NSTemporaryDirectory() + "switchboard-trunks-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let login = try Login(folder: folder)
        let arrange: (Settings) throws -> Void = { settings in
            let sounds = "\(settings.text("data.directory"))/sounds"
            try FileManager.default.createDirectory(atPath: sounds, withIntermediateDirectories: true)
            try SoundCallTests.tone(700, to: "\(sounds)/tone.wav")
            try scenario.write(SoundCallTests.player(of: ["file://\(sounds)/tone.wav"]))
        }
        let changes = security.settings.merging(scenario.settings) { $1 }
            .merging(["voice.trunkfile": .text(try login.carrierFile())]) { $1 }
        try await TestInstallation.run(changes, arrange: arrange) { carrier in
            _ = try await carrier.prepared()
            let settings = try login.officeSettings(port: carrier.settings.integer("voice.sip.tls.port"))
            try await Self.installation(Self.officeScenario, security.settings.merging(settings) { $1 }) {
                office, own in
                let phone = try await Self.phone(office, own)
                let heard = "\(office.directory)/heard.wav"
                try await phone.hear(to: heard)
                let call = try await phone.call(DemoCompany.number)
                try await phone.journal.first("the end") { event in
                    switch event {
                    case .ended(call, byPeer: true), .failed(call, _, _): true
                    default: false
                    }
                }
                try await phone.journal.first("the recording") { $0 == .recorded(heard) }
                #expect(ToneTrack(try AudioDecoder().decode(path: heard)).seconds(of: 700) > 0.8)
                let log = try await carrier.finishedLog(with: "the sounds are over")
                #expect(log.contains("VI-Client-Type = pstn"))
                await phone.stop()
            }
        }
    }

    /// Both sides of a trunk that is known by its login.
    private struct Login {
        let folder: String

        init(folder: String) throws {
            self.folder = folder
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try "trunk-secret\n".write(toFile: "\(folder)/password", atomically: true, encoding: .utf8)
        }

        func carrierFile() throws -> String {
            let path = "\(folder)/carrier.yaml"
            let text = """
                trunks:
                  - name: branch
                    login: {user: branch, password: {file: "\(folder)/password"}}
                    srtp: required
                """
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return path
        }

        func officeSettings(port: Int) throws -> [String: Settings.Value] {
            let text = """
                trunks:
                  - name: provider
                    servers: [{host: 127.0.0.1, port: \(port), transport: tls}]
                    domain: branch.example
                    user: branch
                    password: {file: "\(folder)/password"}
                    srtp: required
                    codecs: [PCMA]
                    numbers: {}
                """
            try text.write(toFile: "\(folder)/office.yaml", atomically: true, encoding: .utf8)
            return try TrunkInstallationTests.settings(trunks: "\(folder)/office.yaml", in: folder)
        }
    }
}
