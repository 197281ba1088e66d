import Foundation
import Media
import TestCertificates
import Testing

@testable import Switchboard

/// Two baresip in a call with each other through the platform, over TLS with encrypted sound.
@Suite(.serialized) struct SecurePhonesTests {
    private static let voices = (caller: 800.0, callee: 1200.0)
    /// How long each holds, in seconds.
    private static let hold = 2.0

    /// Rings the user that was dialled; the digits of the one who called go through, those of the other are written down.
    private static let scenario = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call, callerid, destination }) => {
          const other = VoxEngine.callUser(destination, callerid);
          other.handleTones(true);
          other.addEventListener(CallEvents.ToneReceived, ({ tone }) => Logger.write(`the callee dials ${tone}`));
          for (const [name, leg] of [["caller", call], ["callee", other]]) {
            leg.addEventListener(CallEvents.OnHold, () => Logger.write(`the ${name} holds`));
            leg.addEventListener(CallEvents.OffHold, () => Logger.write(`the ${name} is back`));
          }
          call.addEventListener(CallEvents.RecordStarted, ({ url }) => Logger.write(`recording: ${url}`));
          call.addEventListener(CallEvents.Connected, () => call.record());
          VoxEngine.easyProcess(call, other);
        });
        """

    private struct Pair {
        let installation: TestInstallation
        let caller: BaresipPhone
        let callee: BaresipPhone
        let credentials: DemoPhones.Credentials

        func logged(_ text: String) async throws {
            try await Wait.until("'\(text)' in the session log") { installation.runningLog(with: text) }
        }

        /// A phone holds until the body has returned.
        func hold(_ name: String, _ phone: BaresipPhone, until body: () async throws -> Void) async throws {
            try await phone.control.perform("hold")
            try await logged("the \(name) holds")
            try await body()
            try await phone.control.perform("resume")
            try await logged("the \(name) is back")
        }

        /// The file of the recording whose address is in a session log.
        func recording(in log: String) throws -> String {
            let match = try #require(log.firstMatch(of: /recording: \S+\/(\S+)/), "the recording's address")
            return "\(installation.directory)/voice/records/\(match.1.prefix(2))/\(match.1)"
        }
    }

    private static func run(_ body: (Pair) async throws -> Void) async throws {
        let security = try SecureSettings(srtp: "required")
        defer { security.authority.remove() }
        let scenario = try CustomScenario(Self.scenario)
        try await TestInstallation.run(security.settings.merging(scenario.settings) { $1 }) { installation in
            let pair = Pair(
                installation: installation,
                caller: try await BaresipPhone.start(in: "\(installation.directory)/caller", voice: voices.caller),
                callee: try await BaresipPhone.start(in: "\(installation.directory)/callee", voice: voices.callee),
                credentials: try await installation.prepared())
            do {
                try await register(pair)
                try await body(pair)
            } catch {
                for phone in [pair.caller, pair.callee] { await phone.stop() }
                Issue.record("\(error)\n\(pair.caller.program.output)\n\(pair.callee.program.output)")
                throw error
            }
            for phone in [pair.caller, pair.callee] { await phone.stop() }
        }
    }

    private static func register(_ pair: Pair) async throws {
        let (settings, own) = (pair.installation.settings, pair.credentials)
        let server = "\(settings.text("voice.sip.address")):\(settings.integer("voice.sip.tls.port"))"
        let accounts = [
            (pair.caller, own.userLogin, own.userPassword), (pair.callee, own.phoneLogin, own.phonePassword),
        ]
        for (phone, user, password) in accounts {
            try await phone.register(
                user: user, password: password, domain: own.domain, server: server, transport: "tls",
                parameters: ";mediaenc=srtp")
        }
    }

    @Test(.timeLimit(.minutes(4))) func bothTalkHoldAndDial() async throws {
        try await Self.run { pair in
            let (caller, callee) = (pair.caller, pair.callee)
            try await caller.control.perform("dial", "sip:\(pair.credentials.phoneLogin)@\(pair.credentials.domain)")
            try await callee.control.event("CALL_INCOMING")
            try await callee.control.perform("accept")
            for phone in [caller, callee] { try await phone.control.event("CALL_ESTABLISHED") }
            for phone in [caller, callee] { try await phone.hear(seconds: 2) }
            try await caller.control.perform("sndcode", "5")
            try await callee.control.event("CALL_DTMF_START")
            try await callee.control.perform("sndcode", "7")
            try await pair.logged("the callee dials 7")
            // baresip sends nothing while it holds; what its far end hears then is the platform's silence.
            try await pair.hold("caller", caller) { try await callee.hear(seconds: Self.hold) }
            try await callee.hear(seconds: 1)
            try await pair.hold("callee", callee) { try await caller.speak(seconds: Self.hold) }
            try await caller.speak(seconds: 1)
            try await caller.control.perform("hangup")
            for phone in [caller, callee] { try await phone.control.event("CALL_CLOSED") }
            for (phone, own, other) in [
                (caller, Self.voices.caller, Self.voices.callee), (callee, Self.voices.callee, Self.voices.caller),
            ] {
                let track = ToneTrack(try phone.heard())
                try #require(track.seconds(of: other) > 1.5, "the other is heard")
                try #require(track.seconds(of: own) == 0, "nobody hears himself")
            }
            try await checkHolds(pair)
        }
    }

    /// Each holds once, is not heard meanwhile and hears nothing.
    private func checkHolds(_ pair: Pair) async throws {
        let log = try await pair.installation.finishedLog(with: "the callee is back")
        let (caller, callee) = (Self.voices.caller, Self.voices.callee)
        // What was on its way when the hold began shortens the gap by a little.
        let least = Self.hold - 0.5
        let heard = ToneTrack(try pair.callee.heard()).gaps(of: caller, atLeast: least)
        try #require(heard.count == 1, "the callee hears the caller's hold: \(heard)")
        // What the caller says and hears.
        let recording = ToneTrack(try AudioDecoder().decode(path: try pair.recording(in: log)))
        let (own, other) = (recording.gaps(of: caller, atLeast: least), recording.gaps(of: callee, atLeast: least))
        try #require(own.count == 1, "he is silent while he holds: \(own)")
        try #require(other.count == 2, "and hears nothing while either holds: \(other)")
        #expect(own[0].overlaps(other[0]) && own[0].upperBound < other[1].lowerBound, "\(own), \(other)")
    }
}
