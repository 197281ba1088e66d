import Foundation
import NIOCore
import SIP
import Storage
import Testing

@testable import Switchboard

/// Calls that go another way than the demo's: an extension, TCP, a device that holds, a caller who gives up.
@Suite(.serialized) struct PhoneCallTests {
    /// Employee 67's desk phone, which answers by itself.
    private func desk(
        _ installation: TestInstallation, _ credentials: DemoPhones.Credentials, _ transport: SIPTransportKind = .udp
    ) async throws -> SoftPhone {
        let desk = try await installation.phone(
            credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword,
            behaviour: PhoneBehaviour(answer: .after(.milliseconds(100))), transport: transport)
        try await desk.register()
        return desk
    }

    private func answered(_ phone: SoftPhone) async throws -> SessionHandle {
        let event = try await phone.journal.first("the answered call", within: .seconds(60)) {
            if case .answered = $0 { true } else { false }
        }
        guard case .answered(let handle) = event else { throw Wait.TimedOut(description: "no answered call") }
        return handle
    }

    @Test(arguments: ["MD5", "SHA-256", "both"]) func phonesRegisterByEitherDigest(algorithms: String) async throws {
        try await TestInstallation.run(["voice.sip.digest": .text(algorithms)]) { installation in
            let desk = try await desk(installation, installation.prepared())
            await desk.stop()
        }
    }

    @Test func anExtensionDialledDuringTheGreetingReachesItsEmployee() async throws {
        try await TestInstallation.run { installation in
            let desk = try await desk(installation, installation.prepared())
            let caller = try await installation.caller()
            let call = try await caller.call(DemoCompany.number)
            try await caller.journal.first("the greeting") { $0 == .answered(call) }
            try await caller.sendDigits("101", in: call)
            _ = try await answered(desk)
            try await caller.hangUp(call)
            let log = try await installation.finishedLog(with: "Direct code is: 101")
            #expect(log.contains(#""TYPE_CONNECT":"direct""#))
            #expect(log.contains("name = Call.ToneReceived ;  tone = 1"))
            for phone in [desk, caller] { await phone.stop() }
        }
    }

    @Test func aPhoneOverTCPIsCalledAndItsHoldGivesTheCallerMusic() async throws {
        try await TestInstallation.run { installation in
            let desk = try await desk(installation, installation.prepared(), .tcp)
            let caller = try await installation.caller()
            let heard = "\(installation.directory)/caller.wav"
            try await caller.hear(to: heard)
            try await desk.play(try DemoPhones.tone(1000), loop: true)
            let call = try await caller.call(DemoCompany.number)
            let talk = try await answered(desk)
            for isHeld in [true, false] {
                try await desk.hold(talk, isHeld)
                try await desk.journal.first("the accepted hold") { $0 == .holdAccepted(talk) }
            }
            try await desk.hangUp(talk)
            try await caller.journal.first("the end") { if case .ended(call, _) = $0 { true } else { false } }
            let log = try await installation.finishedLog(with: "name = Call.OffHold")
            let hold = try #require(log.range(of: "name = Call.OnHold"))
            let rest = log[hold.upperBound...]
            let stop = try #require(rest.range(of: "Executing JS command: StopMediaBetween"))
            let music = try #require(rest.range(of: "Executing JS command: Play"))
            #expect(stop.lowerBound < music.lowerBound)
            #expect(log.contains("CALL_DEVICE=PHONE"))
            for phone in [desk, caller] { await phone.stop() }
        }
    }

    @Test func aSettingChangedInThePortalReachesTheNextCall() async throws {
        try await TestInstallation.run { installation in
            _ = try await installation.prepared()
            try await giveUpCall(installation)
            _ = try await installation.finishedLog(with: "MELODY_WELCOME_ENABLE: Y")
            let browser = try await installation.browser()
            let lines = try await browser.get("/api/lines")["lines"] as? [[String: Any]]
            let id = try #require(lines?.first?["ID"])
            try await browser.patch("/api/lines/\(id)", ["MELODY_WELCOME_ENABLE": "N"])
            let changed = ContinuousClock.now
            let database = try Database.open(path: "\(installation.directory)/voice/platform.sqlite")
            try await Wait.until("the new settings in the platform's cache") {
                try await database.read { transaction in
                    let old = try transaction.query("SELECT item_value FROM key_value WHERE item_key LIKE 'line:%'")
                    return try old.allSatisfy { !(try $0.text("item_value").contains(#""MELODY_WELCOME_ENABLE":"Y""#)) }
                        ? true : nil
                }
            }
            #expect(ContinuousClock.now - changed < .seconds(5), "a second, on a machine that does nothing else")
            try database.close()
            try await giveUpCall(installation)
            _ = try await installation.finishedLog(with: "MELODY_WELCOME_ENABLE: N")
        }
    }

    private func giveUpCall(_ installation: TestInstallation) async throws {
        let caller = try await installation.caller()
        let call = try await caller.call(DemoCompany.number)
        try await caller.journal.first("the answer") { $0 == .answered(call) }
        try await caller.hangUp(call)
        try await caller.journal.first("the end") { if case .ended(call, _) = $0 { true } else { false } }
        await caller.stop()
    }

    @Test func aCallerWhoGivesUpIsOneMissedCallAndTheOthersStopRinging() async throws {
        try await TestInstallation.run { installation in
            let credentials = try await installation.prepared()
            let desk = try await installation.phone(
                credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword)
            try await desk.register()
            let caller = try await installation.caller()
            let call = try await caller.call(DemoCompany.number)
            try await desk.journal.first("the call", within: .seconds(60)) {
                if case .incoming = $0 { true } else { false }
            }
            try await caller.hangUp(call)
            try await desk.journal.first("the end of the ringing") { if case .ended = $0 { true } else { false } }
            let history = try #require(try await installation.finishedCall()["history"] as? [String: Any])
            #expect(history["CALL_STATUS"] as? String == "false")
            #expect(history["CALL_FAILED_CODE"] as? String == "304")
            for phone in [desk, caller] { await phone.stop() }
        }
    }
}
