import Foundation
import Media
import NIOCore
import SIP
import TestCertificates
import Testing
import VoiceEngine

@testable import Switchboard

/// Calls over TLS with encrypted sound, and calls that must not come about without.
@Suite(.serialized) struct SecureCallTests {
    @Test(.timeLimit(.minutes(3))) func baresipTalksOverTLSAndSRTP() async throws {
        let security = try SecureSettings(srtp: "required")
        defer { security.authority.remove() }
        try await InteropCall.run(.desk, security: security) { call in
            try call.ring()
            try await call.converse()
            let row = try await call.installation.finishedCall()
            let history = try #require(row["history"] as? [String: Any])
            try #require(history["CALL_STATUS"] as? String == "true")
            let path = try await call.installation.recording(of: history["CALL_ID"])
            let recorded = ToneTrack(try AudioDecoder().decode(path: path))
            try #require(recorded.seconds(of: BaresipPhone.voice) > 3, "the employee's voice is recorded in the clear")
            try #require(recorded.seconds(of: SippCaller.voice) > 3, "the caller's voice is recorded")
            let heard = ToneTrack(try call.phone.heard())
            try #require(heard.seconds(of: SippCaller.voice) > 1.5, "the employee hears the caller")
        }
    }

    @Test func ourPhoneCallsOverTLSAndSRTPAndHearsTheScenario() async throws {
        let security = try SecureSettings(srtp: "required")
        defer { security.authority.remove() }
        try await Self.run(security) { installation in
            let credentials = try await installation.prepared()
            let phone = try await installation.phone(
                credentials.userLogin, domain: credentials.domain, password: credentials.userPassword,
                behaviour: PhoneBehaviour(srtp: .required), transport: .tls, authorities: security.authority.certificate
            )
            try await phone.register()
            let heard = "\(installation.directory)/heard.wav"
            try await phone.hear(to: heard)
            let call = try await phone.call("tone")
            try await phone.journal.first("the end") { $0 == .ended(call, byPeer: true) }
            try await phone.journal.first("the recording") { $0 == .recorded(heard) }
            let track = ToneTrack(try AudioDecoder().decode(path: heard))
            #expect(track.seconds(of: 700) > 0.8)
            await phone.stop()
        }
    }

    /// 488 to a phone that does not encrypt, and to one whose keys would travel in the clear.
    @Test func withoutEncryptionTheCallIsRefused() async throws {
        let security = try SecureSettings(srtp: "required")
        defer { security.authority.remove() }
        try await Self.run(security) { installation in
            let credentials = try await installation.prepared()
            for (transport, srtp) in [(SIPTransportKind.tls, SRTPPolicy.off), (.udp, .required), (.tcp, .optional)] {
                let phone = try await installation.phone(
                    credentials.userLogin, domain: credentials.domain, password: credentials.userPassword,
                    behaviour: PhoneBehaviour(srtp: srtp), transport: transport,
                    authorities: security.authority.certificate)
                let call = try await phone.call("tone")
                try await phone.journal.first("488 over \(transport)") {
                    if case .failed(call, status: 488, _) = $0 { true } else { false }
                }
                await phone.stop()
            }
        }
    }

    @Test func aPhoneDoesNotRegisterAtAServerOfAnotherName() async throws {
        let security = try SecureSettings(srtp: "optional", subject: "DNS:other.example")
        defer { security.authority.remove() }
        try await TestInstallation.run(security.settings) { installation in
            let credentials = try await installation.prepared()
            let phone = try await installation.phone(
                credentials.userLogin, domain: credentials.domain, password: credentials.userPassword,
                transport: .tls, authorities: security.authority.certificate)
            await #expect(throws: PhoneError.self) { try await phone.register() }
            await phone.stop()
        }
    }

    /// A platform whose scenario answers, plays a second of a tone and hangs up.
    private static func run(
        _ security: SecureSettings, _ body: (TestInstallation) async throws -> Void
    ) async throws {
        let scenario = try CustomScenario()
        let arrange: (Settings) throws -> Void = { settings in
            let folder = "\(settings.text("data.directory"))/sounds"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try SoundCallTests.tone(700, to: "\(folder)/tone.wav")
            try scenario.write(SoundCallTests.player(of: ["file://\(folder)/tone.wav"]))
        }
        try await TestInstallation.run(
            security.settings.merging(scenario.settings) { $1 }, arrange: arrange, body)
    }
}
