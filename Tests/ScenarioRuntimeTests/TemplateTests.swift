import CallControl
import Foundation
import NIOCore
import Testing

@testable import ScenarioRuntime

/// The process that sessions are copies of: its loss, its rehearsals, many copies.
@Suite(.serialized, .timeLimit(.minutes(3))) struct TemplateTests {
    private static let listener = """
        VoxEngine.addEventListener(AppEvents.HttpRequest, (e) => {
            if (e.content === "end") { VoxEngine.terminate(); return "ended"; }
            return "alive";
        });

        """

    private func isAlive(_ show: Performance) async throws -> Bool {
        try await show.request("") == .answered(body: "alive", contentType: "text/plain")
    }

    private func finish(_ show: Performance) async throws {
        _ = try await show.request("end")
        #expect(try await show.end().reason == .normalTermination)
    }

    private func template(_ stage: Stage) async throws -> pid_t? {
        try await stage.eventLoop.submit { stage.runtime.pool.templateProcess }.get()
    }

    /// Waits until the template is another one than before.
    private func nextTemplate(_ stage: Stage, after old: pid_t?) async throws -> pid_t {
        while true {
            if let now = try await template(stage), now != old { return now }
            await Task.yield()
        }
    }

    @Test func sessionsOutliveTheirTemplateAndNewOnesStartInTheNext() async throws {
        try await Stage.with { stage in
            let old = try #require(try await template(stage))
            let shows = [try await stage.play(Self.listener), try await stage.play(Self.listener, trust: .account)]
            kill(old, SIGKILL)
            // Begun while the old one dies: whichever of the two it meets, it starts.
            let late = try await stage.begin(Self.listener)
            #expect(try await isAlive(late))
            #expect(try await nextTemplate(stage, after: old) != old)
            for show in shows + [late, try await stage.play(Self.listener)] {
                #expect(try await isAlive(show))
                try await finish(show)
            }
        }
    }

    @Test func aStoppedTemplateIsReplacedWhenASessionWaitsForIt() async throws {
        try await Stage.with(configure: { $0.worker.stallMilliseconds = 2_000 }) { stage in
            let old = try #require(try await template(stage))
            kill(old, SIGSTOP)
            let show = try await stage.begin(Self.listener)
            #expect(try await isAlive(show))
            #expect(try await template(stage) != old)
        }
    }

    @Test func aRunawayIsKilledAlsoWhenItsTemplateIsGone() async throws {
        try await Stage.with { stage in
            let old = try await template(stage)
            let show = try await stage.play(
                "VoxEngine.addEventListener(AppEvents.HttpRequest, async () => { for (;;) await 0; });")
            kill(try #require(old), SIGKILL)
            _ = try await nextTemplate(stage, after: old)
            _ = try? await show.request("")
            #expect(try await show.end().reason == .scriptError)
        }
    }

    @Test func aSessionThatIsStoppedFromOutsideIsEndedByTheServer() async throws {
        try await Stage.with(configure: { $0.worker.stallMilliseconds = 2_000 }) { stage in
            let neighbour = try await stage.play(Self.listener)
            let show = try await stage.play(Self.listener)
            let process = try #require(try await show.on { show.session.worker?.pid })
            kill(process, SIGSTOP)
            async let reply = show.request("")
            let end = try await show.end()
            #expect(
                end.detail
                    == "JS session error: the callback for Application.HttpRequest took more than 1000 ms, its worker was stopped"
            )
            #expect(try await reply == .sessionGone)
            #expect(try await isAlive(neighbour))
        }
    }

    @Test func aSessionWhoseProcessIsKilledLeavesTheOthersAlone() async throws {
        try await Stage.with { stage in
            let neighbour = try await stage.play(Self.listener)
            let show = try await stage.play(Self.listener)
            kill(try #require(try await show.on { show.session.worker?.pid }), SIGKILL)
            #expect(try await show.end().isOrderly == false)
            #expect(try await isAlive(neighbour))
            let lines = try await show.logTexts()
            #expect(lines.contains { $0.hasPrefix("JS session error: the script's process ended in the callback for") })
        }
    }

    @Test func theThirdSessionOfAProgramIsRehearsedAndBehavesTheSame() async throws {
        try await Stage.with { stage in
            for _ in 0..<2 { try await finish(try await stage.play(Self.listener)) }
            while try await stage.eventLoop.submit({ stage.runtime.pool.isRehearsing }).get() { await Task.yield() }
            let show = try await stage.play(Self.listener + "", trust: .operatorPublished)
            #expect(try await show.on { show.session.worker?.isRehearsed } == true)
            #expect(try await isAlive(show))
            try await finish(show)
            let foreign = try await stage.play(Self.listener, trust: .account)
            #expect(try await foreign.on { foreign.session.worker?.isRehearsed } == false)
            try await finish(foreign)
        }
    }

    /// A script that loops when it is told anything but a word that each run chooses anew.
    private static let wary = """
        const word = uuidgen();
        VoxEngine.addEventListener(AppEvents.HttpRequest, (e) => {
            if (e.content === "word") return word;
            while (e.content !== word) ;
            VoxEngine.terminate();
        });
        """

    private func finishWary(_ show: Performance) async throws {
        guard case .answered(let word, _) = try await show.request("word") else {
            Issue.record("the session does not answer")
            return
        }
        _ = try await show.request(word)
        #expect(try await show.end().reason == .normalTermination)
    }

    @Test func aRehearsalThatLoopsStopsNobody() async throws {
        try await Stage.with { stage in
            let neighbour = try await stage.play(Self.listener)
            try await finishWary(try await stage.play(Self.wary))
            let old = try await template(stage)
            let second = try await stage.play(Self.wary)
            // It waits behind the rehearsal, and starts in the next template.
            let next = try await stage.begin(Self.listener)
            #expect(try await isAlive(next))
            let new = try await nextTemplate(stage, after: old)
            #expect(try await isAlive(neighbour))
            try await finishWary(second)
            // It is not rehearsed again: the template stays.
            try await finishWary(try await stage.play(Self.wary))
            #expect(try await isAlive(try await stage.play(Self.listener)))
            #expect(try await template(stage) == new)
        }
    }

    @Test func twoHundredSessionsAtOnce() async throws {
        try await Stage.with { stage in
            var shows: [Performance] = []
            for _ in 0..<200 { shows.append(try await stage.begin(Self.listener)) }
            for show in shows { #expect(try await isAlive(show)) }
            let processes = try await stage.eventLoop.submit { [shows] in
                Set(shows.compactMap { $0.session.worker?.pid })
            }
            .get()
            #expect(processes.count == 200)
            for show in shows { try await finish(show) }
            try await waitForEnd(of: processes)
        }
    }

    /// A process that has ended and that nobody has waited for would still be there.
    private func waitForEnd(of processes: Set<pid_t>) async throws {
        var rest = processes
        while !rest.isEmpty {
            rest = rest.filter { kill($0, 0) == 0 }
            await Task.yield()
        }
    }
}
