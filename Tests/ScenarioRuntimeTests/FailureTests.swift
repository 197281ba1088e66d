import CallControl
import Testing

@testable import ScenarioRuntime

@Suite(.serialized) struct FailureTests {
    private static let listener = """
        VoxEngine.addEventListener(AppEvents.HttpRequest, (e) => {
            if (e.content === "end") { VoxEngine.terminate(); return "ended"; }
            return "alive";
        });

        """

    /// The line of the log that tells the error, and how the session ended.
    private func failure(_ show: Performance) async throws -> (line: String, end: SessionEnd) {
        let end = try await show.end()
        let lines = try await show.logTexts()
        #expect(lines.last == "Session terminated")
        return (try #require(lines.first { $0.hasPrefix("JS session error: ") }), end)
    }

    @Test func aHandlerThatThrowsEndsTheSessionWithFileAndLine() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.Terminating, (e) => Logger.write("> " + e.systemError));
                function broken(e) {
                    e.call.noSuchMethod();
                }
                VoxEngine.addEventListener(AppEvents.CallAlerting, broken);
                """, name: "mine")
            let (line, end) = try await failure(show)
            #expect(line.hasPrefix("JS session error: TypeError: e.call.noSuchMethod is not a function."))
            #expect(line.hasSuffix("(mine:3:24)"))
            #expect(end == SessionEnd(reason: .scriptError, detail: line, isOrderly: false))
            #expect(try await show.logTexts().contains("    at broken@mine:3:24"))
            #expect(try await show.notes() == [line])
            #expect(try await show.on { show.control.hasEnded } == false)
        }
    }

    @Test(arguments: [
        ("let a = ;", "SyntaxError: Unexpected token ';' (test:1)"),
        ("\n\nthrow new Error('top');", "Error: top (test:3:"),
        ("setTimeout(() => null.x, 0);", "TypeError: null is not an object"),
        ("Promise.reject(new RangeError('lost'));", "RangeError: lost (test:1:"),
        ("(async () => { throw 'text'; })();", "text"),
        (
            "VoxEngine.addEventListener(AppEvents.Started, 42);",
            "TypeError: the handler of Application.Started must be a function, a number was given"
        ),
        (
            "VoxEngine.addEventListener(AppEvents.Typo, () => {});",
            "TypeError: addEventListener: the event must be a member of AppEvents, CallEvents and so on, undefined was given"
        ),
        ("CallList.reportResult({});", "Error: CallList.reportResult is not available on this platform"),
    ]) func errorsThatNobodyCatchesEndTheSession(text: String, message: String) async throws {
        try await Stage.with { stage in
            let show = try await stage.play(text)
            try await show.advance(seconds: 1)
            let (line, end) = try await failure(show)
            #expect(line.hasPrefix("JS session error: " + message), "\(line)")
            #expect(end.reason == .scriptError)
        }
    }

    @Test func anEndlessLoopIsStoppedAndItsNeighbourGoesOn() async throws {
        try await Stage.with { stage in
            let neighbour = try await stage.play(Self.listener)
            let clock = ContinuousClock()
            let begin = clock.now
            let show = try await stage.begin("Logger.write('> before'); for (;;) {}")
            let (line, end) = try await failure(show)
            #expect(clock.now - begin < .seconds(8))
            #expect(line == "JS session error: the callback for the scenario's top level took more than 1000 ms")
            #expect(end.isOrderly == false)
            #expect(try await show.notes() == ["before"])
            #expect(try await neighbour.request("") == .answered(body: "alive", contentType: "text/plain"))
            _ = try await neighbour.request("end")
            #expect(try await neighbour.end().reason == .normalTermination)
        }
    }

    @Test(arguments: [
        "async () => { Logger.write('> before'); for (;;) await 0; }",
        "() => { Logger.write('> before'); const spin = () => { Promise.resolve().then(spin); }; spin(); }",
        "() => { Logger.write('> before'); /^(a+)+$/.test('a'.repeat(40) + 'b'); }",
    ])
    func whatNoEngineStopsEndsItsOwnSessionOnly(handler: String) async throws {
        try await Stage.with { stage in
            let neighbour = try await stage.play(Self.listener)
            let foreign = try await stage.play(Self.listener, trust: .account)
            let show = try await stage.begin("VoxEngine.addEventListener(AppEvents.Started, \(handler));")
            #expect(try await neighbour.request("") == .answered(body: "alive", contentType: "text/plain"))
            let (line, end) = try await failure(show)
            #expect(line == "JS session error: the callback for Application.Started took more than 1000 ms")
            #expect(end == SessionEnd(reason: .scriptError, detail: line, isOrderly: false))
            #expect(try await show.notes() == ["before"])
            for other in [neighbour, foreign] {
                #expect(try await other.request("") == .answered(body: "alive", contentType: "text/plain"))
                _ = try await other.request("end")
                #expect(try await other.end().reason == .normalTermination)
            }
        }
    }

    @Test(arguments: [
        "const a = []; for (;;) a.push({i: a.length});", "const a = []; for (;;) a.push(new Array(100000).fill(1));",
    ])
    func aMemoryEaterIsStopped(text: String) async throws {
        try await Stage.with { stage in
            let neighbour = try await stage.play(Self.listener)
            let show = try await stage.begin(text)
            let (line, _) = try await failure(show)
            #expect(
                line == "JS session error: the callback for the scenario's top level used more than 64 MB of memory")
            #expect(try await neighbour.request("") == .answered(body: "alive", contentType: "text/plain"))
        }
    }

    @Test func aLeakOverManyEventsIsStopped() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                const kept = [];
                setInterval(() => { for (let i = 0; i < 30000; i++) kept.push({i, text: "x" + i}); }, 100);
                """)
            try await show.advance(seconds: 50)
            let (line, _) = try await failure(show)
            #expect(line == "JS session error: the callback for timer 1 used more than 64 MB of memory")
        }
    }

    @Test func aHugeAllocationEndsTheWorkerOnly() async throws {
        try await Stage.with(configure: { $0.worker.dataBytes = 400 << 20 }) { stage in
            let show = try await stage.begin(
                "const a = []; for (;;) a.push('x'.repeat(2 ** 29) + a.length, new Uint8Array(2 ** 29).fill(1));")
            let (line, _) = try await failure(show)
            #expect(line.contains("memory") || line.contains("Out of memory"), "\(line)")
            let next = try await stage.play(Self.listener)
            #expect(try await next.request("") == .answered(body: "alive", contentType: "text/plain"))
        }
    }

    @Test func aScriptThatForgesCommandsIsStopped() async throws {
        try await Stage.with { stage in
            let show = try await stage.play("Array.prototype.toJSON = () => 'nonsense'; Logger.write('told');")
            let (line, _) = try await failure(show)
            #expect(line.contains("malformed"), "\(line)")
        }
    }

    @Test func sessionsDoNotShareTheirChance() async throws {
        try await Stage.with { stage in
            var drawn: Set<String> = []
            for _ in 0..<3 {
                let show = try await stage.play(
                    Self.listener + "Logger.write('> ' + [Math.random(), uuidgen(), Math.random()]);")
                _ = try await show.request("end")
                _ = try await show.end()
                drawn.formUnion(try await show.notes().first?.split(separator: ",").map(String.init) ?? [])
            }
            #expect(drawn.count == 9, "\(drawn)")
        }
    }

    @Test func aProgramThatEndsAtOnceIsToldAndHoldsNobodyUp() async throws {
        await #expect(throws: WorkerExitError.self) {
            try await Stage.with(configure: { $0.workerExecutable = "/bin/true" }) { _ in }
        }
    }

    @Test func withoutAWorkerProgramStartFailsAndSaysWhy() async throws {
        await #expect(throws: (any Error).self) {
            try await Stage.with(configure: { $0.workerExecutable = "/nonexistent/script-worker" }) { _ in }
        }
    }

    @Test func shutdownEndsRunningSessions() async throws {
        let show = try await Stage.with { try await $0.play(Self.listener) }
        #expect(try await show.end().reason == .administrative)
    }
}
