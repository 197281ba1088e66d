import Foundation
import Media
import Testing

@testable import Switchboard

/// The sound of a call over a WebSocket to a server and back.
@Suite(.serialized) struct SocketSoundTests {
    @Test(arguments: ["PCM8", "PCM16", "ULAW", "ALAW"])
    func aCallerHearsHimselfByWayOfAServer(encoding: String) async throws {
        try await EchoSocketServer.run { server in
            let scenario = try CustomScenario(Self.echo(by: server.url, encoding))
            try await TestInstallation.run(scenario.settings) { installation in
                _ = try await installation.prepared()
                let caller = try await installation.caller()
                try await caller.play(try DemoPhones.tone(700), loop: true)
                let heard = "\(installation.directory)/heard.wav"
                try await caller.hear(to: heard)
                let call = try await caller.call(DemoCompany.number)
                try await caller.journal.first("the end") { $0 == .ended(call, byPeer: true) }
                try await caller.journal.first("the recording") { $0 == .recorded(heard) }
                let track = ToneTrack(try AudioDecoder().decode(path: heard))
                #expect(track.seconds(of: 700) > 1.5, "seconds of the echo")
                let log = try await installation.finishedLog(with: "media ended")
                #expect(log.contains("media started me \(encoding) 7"))
                let texts = server.journal.all
                #expect(texts.first?.contains(#""event":"start""#) == true)
                #expect(texts.last?.contains(#""event":"stop""#) == true)
                #expect(texts.count { $0.contains(#""event":"media""#) } > 100)
                await caller.stop()
            }
        }
    }

    /// Sends the call's sound to a server for some three seconds, has the call hear the answer, and hangs up at its end.
    private static func echo(by url: String, _ encoding: String) -> String {
        """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
          const socket = VoxEngine.createWebSocket('\(url)');
          socket.sendMediaTo(call, { tag: 'me' });
          socket.onmediastarted = (e) => Logger.write(`media started ${e.tag} ${e.encoding} ${e.customParameters.id}`);
          socket.onmediaended = (e) => { Logger.write(`media ended ${e.mediaInfo.duration}`); call.hangup(); };
          call.addEventListener(CallEvents.Connected, () => {
            call.sendMediaTo(socket, { tag: 'me', encoding: '\(encoding)', customParameters: { id: 7 } });
            setTimeout(() => call.stopMediaTo(socket), 3000);
          });
          call.addEventListener(CallEvents.Disconnected, () => { socket.close(); VoxEngine.terminate(); });
          call.answer();
        });
        """
    }
}
