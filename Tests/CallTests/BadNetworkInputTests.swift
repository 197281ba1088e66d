import Foundation
import NIOCore
import NIOPosix
import Testing

@testable import Switchboard

/// What the network may send and phones may do wrong; the platform answers clearly and goes on.
@Suite(.serialized) struct BadNetworkInputTests {
    @Test func garbageAndTruncatedDatagramsHarmNobody() async throws {
        try await TestInstallation.run { installation in
            let credentials = try await installation.prepared()
            try await sendGarbage(to: installation)
            let phone = try await installation.phone(
                credentials.userLogin, domain: credentials.domain, password: credentials.userPassword)
            try await phone.register()
            await phone.stop()
        }
    }

    private func sendGarbage(to installation: TestInstallation) async throws {
        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let target = try SocketAddress(
            ipAddress: "127.0.0.1", port: installation.settings.integer("voice.sip.port"))
        let invite = Array(
            """
            INVITE sip:74012000000@127.0.0.1 SIP/2.0\r
            Via: SIP/2.0/UDP 127.0.0.1:5999;branch=z9hG4bKgarbage;rport\r
            From: <sip:x@y>;tag=1\r\nTo: <sip:74012000000@127.0.0.1>\r\nCall-ID: g@y\r\nCSeq: 1 INVITE\r
            Contact: <sip:x@127.0.0.1:5999>\r\nContent-Type: application/sdp\r\nContent-Length: 400\r\n\r\nv=0\r\n
            """.utf8)
        var generator = SystemRandomNumberGenerator()
        var datagrams = stride(from: 1, to: invite.count, by: 7).map { Array(invite.prefix($0)) }
        datagrams += (0..<200).map { length in
            (0..<length * 5).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        datagrams += [[], [0], Array("\r\n\r\n".utf8), [UInt8](repeating: 65, count: 60_000)]
        for bytes in datagrams {
            let envelope = AddressedEnvelope(remoteAddress: target, data: ByteBuffer(bytes: bytes))
            try await channel.writeAndFlush(envelope)
        }
        try await channel.close()
    }

    @Test func aWrongPasswordDoesNotRegister() async throws {
        try await TestInstallation.run { installation in
            let credentials = try await installation.prepared()
            for (user, password) in [(credentials.userLogin, "Wrong-pass1"), ("nobody", credentials.userPassword)] {
                let phone = try await installation.phone(user, domain: credentials.domain, password: password)
                let error = await #expect(throws: PhoneError.self) { try await phone.register() }
                // Unknown user and wrong password look the same.
                #expect(error?.description.contains("401") == true)
                await phone.stop()
            }
        }
    }

    @Test func anUnknownNumberIsNotFoundAndAStrangerNeedsAPassword() async throws {
        try await TestInstallation.run { installation in
            _ = try await installation.prepared()
            let caller = try await installation.caller()
            let unknown = try await caller.call("74959999999")
            try await caller.journal.first("404") { $0 == .failed(unknown, status: 404, reason: "Not Found") }
            await caller.stop()
            let stranger = try await installation.phone("mallory", domain: "elsewhere.example", password: nil)
            let refused = try await stranger.call("74012000000")
            try await stranger.journal.first("401") {
                if case .failed(refused, status: 401, _) = $0 { true } else { false }
            }
            await stranger.stop()
        }
    }

    /// 480 for a user without a phone, 408 for a phone that never answers.
    @Test func usersWhoCannotBeReachedFailWithTheRightCode() async throws {
        let scenario = try CustomScenario(
            """
            VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
              event.call.answer();
              const offline = VoxEngine.callUser({ username: 'user67', callerid: '1' });
              offline.addEventListener(CallEvents.Failed, (e) => {
                Logger.write('offline: ' + e.code);
                const mute = VoxEngine.callUser({
                  username: 'phone67', callerid: '1', extraHeaders: { 'VI-CallTimeout': '10' } });
                mute.addEventListener(CallEvents.Failed, (f) => {
                  Logger.write('mute: ' + f.code);
                  VoxEngine.terminate();
                });
              });
            });
            """)
        try await TestInstallation.run(scenario.settings) { installation in
            let credentials = try await installation.prepared()
            let desk = try await installation.phone(
                credentials.phoneLogin, domain: credentials.domain, password: credentials.phonePassword)
            try await desk.register()
            let caller = try await installation.caller()
            _ = try await caller.call(DemoCompany.number)
            let log = try await installation.finishedLog(with: "mute: 408")
            #expect(log.contains("offline: 480"))
            #expect(log.contains("reason = User offline"))
            for phone in [desk, caller] { await phone.stop() }
        }
    }

    @Test func aDeadMediaAddressEndsThePlaybackWithAnError() async throws {
        let scenario = try CustomScenario(
            """
            VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
              const urls = ['http://127.0.0.1:1/none.mp3', 'gopher://x', 'file:///etc/passwd', CONTROLLER_URL];
              event.call.answer();
              const next = () => {
                const url = urls.shift();
                if (!url) return VoxEngine.terminate();
                event.call.startPlayback(url);
              };
              event.call.addEventListener(CallEvents.PlaybackFinished, (e) => {
                Logger.write('finished: ' + e.error);
                next();
              });
              event.call.addEventListener(CallEvents.Connected, next);
            });
            """)
        try await TestInstallation.run(scenario.settings) { installation in
            _ = try await installation.prepared()
            let caller = try await installation.caller()
            let call = try await caller.call(DemoCompany.number)
            try await caller.journal.first("the answer") { $0 == .answered(call) }
            let log = try await installation.finishedLog(with: "finished: ")
            let errors = log.split(separator: "\n").filter { $0.contains(" finished: ") }
            #expect(errors.count == 4, "\(errors)")
            #expect(errors.allSatisfy { !$0.contains("undefined") })
            #expect(errors[2].contains("not open to scenarios"))
            await caller.stop()
        }
    }
}
