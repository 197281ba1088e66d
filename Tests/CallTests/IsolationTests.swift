import CMediaIO
import Foundation
import SIP
import Synchronization
import Testing

@testable import Switchboard

/// What one account does to the platform costs another account none of its sound.
@Suite(.serialized) struct IsolationTests {
    /// Where each account's calls come from.
    private enum Network {
        static let crowd = "127.0.0.11"
        static let looping = "127.0.0.12"
        static let quiet = "127.0.0.13"
    }

    private static let calls = 1000
    private static let looping = "VoxEngine.addEventListener(AppEvents.CallAlerting, () => { for (;;) {} });"
    private static let answering = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
          call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
          call.addEventListener(CallEvents.Connected, () => setTimeout(() => call.hangup(), 2000));
          call.answer();
        });
        """

    private static func bridging(to port: UInt16) -> String {
        """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
          VoxEngine.easyProcess(call, VoxEngine.callSIP('sip:callee@\(Network.quiet):\(port)', 'caller'));
        });
        """
    }

    /// One account's scripts loop, another opens 1,000 calls, of which most are refused. Of the packets of a third
    /// account's call less than one in a thousand comes more than 20 ms behind its slot, or never.
    @Test(.timeLimit(.minutes(3)))
    func aCallKeepsItsRhythmBesideAnAccountThatLoopsAndOneThatOpensAThousandCalls() async throws {
        let settings: [String: Settings.Value] = [
            "voice.scripts": .text("account"), "voice.limits.rate": .integer(10), "voice.limits.calls": .integer(40),
        ]
        try await TestInstallation.run(settings) { installation in
            let probe = try RhythmProbe(address: Network.quiet)
            let port = try Self.freePort()
            let quiet = try await domain("quiet", Self.bridging(to: port), installation, Network.quiet)
            let crowd = try await domain("crowd", Self.answering, installation, Network.crowd)
            let looping = try await domain("looping", Self.looping, installation, Network.looping)
            try await installation.sipp("callee") { callee in
                try callee.answer(
                    as: SippScript(answeringWithSoundAt: probe.ports[1]), at: Network.quiet, port: port)
                try await installation.sipp("caller") { caller in
                    try call(quiet, by: caller, installation, probe)
                    probe.start(
                        host: installation.settings.text("voice.sip.address"),
                        remotes: [try await caller.remoteAudioPort(), try await callee.remoteAudioPort()])
                    try await disturb(installation, crowd: crowd, looping: looping)
                    let result = probe.stop()
                    #expect(result.sent > 1500, "two ends speak for 15 s at least")
                    #expect(result.spoiled < 0.001, "\(result)")
                }
            }
        }
    }

    private func call(
        _ domain: String, by caller: SippCaller, _ installation: TestInstallation, _ probe: RhythmProbe
    ) throws {
        var script = SippScript(
            .init(user: "caller", domain: Network.quiet), to: domain, takesEvents: false, audioPort: probe.ports[0])
        script.expect("BYE", milliseconds: 90_000)
        try caller.call("100", at: installation.server, as: script, from: Network.quiet)
    }

    /// Runs the 1,000 calls, and the looping scripts beside them, to the end.
    private func disturb(_ installation: TestInstallation, crowd: String, looping: String) async throws {
        let phone = try await installation.phone("loop", domain: looping, password: nil, at: Network.looping)
        let isOver = Flag()
        let loops = Task { try await Self.callAgainAndAgain(phone, until: isOver) }
        try await installation.sipp("crowd") { sipp in
            var script = SippScript(.init(user: "crowd", domain: Network.crowd), to: crowd, mayBeRefused: true)
            script.expect("BYE")
            try sipp.call(
                "100", at: installation.server, as: script, from: Network.crowd, calls: (Self.calls, 50))
            try await sipp.succeed(within: .seconds(45))
            let refused = sipp.log.matches(of: /refused for \d+ s/).count
            let answered = sipp.log.matches(of: /remote tag/).count
            #expect(refused + answered == Self.calls, "each call gets an answer")
            #expect(refused > Self.calls / 2, "most calls are refused: \(refused)")
            #expect(answered > 100, "calls within the limits are taken: \(answered)")
        }
        isOver.raise()
        #expect(try await loops.value > 3, "scripts have looped all the time")
        await phone.stop()
    }

    private final class Flag: Sendable {
        private let value = Mutex(false)
        var isRaised: Bool { value.withLock { $0 } }
        func raise() { value.withLock { $0 = true } }
    }

    /// The number of calls that ended because their script looped.
    private static func callAgainAndAgain(_ phone: SoftPhone, until isOver: Flag) async throws -> Int {
        var count = 0
        while !isOver.isRaised {
            let call = try await phone.call("100")
            try await phone.journal.first("the end of a call whose script loops") {
                switch $0 {
                case .ended(call, _), .failed(call, _, _): true
                default: false
                }
            }
            count += 1
        }
        return count
    }

    /// The domain of a new account's application, which takes calls of a network.
    private func domain(
        _ name: String, _ script: String, _ installation: TestInstallation, _ network: String
    ) async throws -> String {
        let account = try await ManagementClient(installation: installation).child("account-\(name)")
        let domain = try await account.furnish(script).domain
        try await account.call("AddSipWhiteListItem", ["sip_whitelist_network": "\(network)/32"])
        return domain
    }

    private static func freePort() throws -> UInt16 {
        var local = media_address()
        guard media_address_parse(Network.quiet, 0, &local) else { throw RhythmProbe.NoSocket() }
        let socket = media_socket_open(&local, 4096)
        guard socket >= 0 else { throw RhythmProbe.NoSocket() }
        defer { close(socket) }
        return media_socket_port(socket)
    }
}
