import Testing

@testable import Switchboard

/// Scripts that misbehave: their session ends with a clear line in its log, and the calls beside it go on.
@Suite(.serialized) struct BadScriptTests {
    /// Callers that end in 0 behave well: they hear a tone until they hang up. Others get the bad code.
    private static func scenario(_ bad: String) throws -> CustomScenario {
        try CustomScenario(
            """
            VoxEngine.addEventListener(AppEvents.CallAlerting, (event) => {
              event.call.answer();
              if (event.callerid.endsWith('0')) {
                event.call.playProgressTone('US');
                event.call.addEventListener(CallEvents.Disconnected, () => {
                  Logger.write('the good call is over');
                  VoxEngine.terminate();
                });
                return;
              }
              event.call.addEventListener(CallEvents.Connected, () => { \(bad) });
            });
            """)
    }

    @Test(arguments: [
        ("null.boom();", "JS session error"), ("for (;;) {}", "JS session error"),
        ("undefinedFunction();", "JS session error"),
        ("setTimeout(() => { throw new Error('later'); }, 100);", "JS session error"),
        ("(function spin() { Promise.resolve().then(spin); })();", "took more than 1000 ms"),
        ("(async () => { for (;;) await 0; })();", "took more than 1000 ms"),
        ("const hoard = []; for (;;) hoard.push(new Array(100000).fill(1));", "used more than 64 MB of memory"),
    ])
    func aBadScriptHarmsNoCallBesideIt(bad: String, line: String) async throws {
        try await TestInstallation.run(try Self.scenario(bad).settings) { installation in
            _ = try await installation.prepared()
            let neighbour = try await installation.phone(
                "79000000000", domain: "carrier.example", password: nil, at: DemoPhones.trunkAddress)
            let good = try await neighbour.call(DemoCompany.number)
            try await neighbour.journal.first("the neighbour's answer") { $0 == .answered(good) }
            try await endBadCall(installation, line: line)
            #expect(neighbour.journal.count("ended") == 0, "the neighbour still talks")
            try await neighbour.hangUp(good)
            _ = try await installation.finishedLog(with: "the good call is over")
            await neighbour.stop()
        }
    }

    private func endBadCall(_ installation: TestInstallation, line: String) async throws {
        let caller = try await installation.caller()
        let call = try await caller.call(DemoCompany.number)
        try await caller.journal.first("the end of the bad call", within: .seconds(60)) {
            switch $0 {
            case .ended(call, _), .failed(call, _, _): true
            default: false
            }
        }
        let log = try await installation.finishedLog(with: line)
        #expect(log.contains("Session terminated"))
        await caller.stop()
    }
}
