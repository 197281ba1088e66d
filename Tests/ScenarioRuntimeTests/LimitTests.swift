import CallControl
import NIOCore
import Testing

@testable import ScenarioRuntime

/// What an account may use, and what its scripts hear of it.
@Suite(.serialized) struct LimitTests {
    private static let requests = """
        VoxEngine.addEventListener(AppEvents.LimitReached, (e) => Logger.write(`> ${e.limit} ${e.allowed} ${e.used}`));
        let left = 3;
        for (let i = 0; i < 3; i++) {
            Net.httpRequest("http://h/" + i, (r) => {
                Logger.write("> " + r.code);
                if (--left === 0) VoxEngine.terminate();
            });
        }
        """

    @Test func requestsOfAllSessionsOfAnAccountAreCounted() async throws {
        try await Stage.with { stage in
            let narrow: @Sendable (inout SessionStart) -> Void = { $0.limits.runningRequests = 2 }
            let first = try await stage.play(Self.requests, hasCaller: false, change: narrow)
            #expect(try await first.on { stage.http.requests.count } == 2)
            let other = try await stage.play(Self.requests, hasCaller: false) {
                narrow(&$0)
                $0.accountID = AccountID(rawValue: 9)
            }
            #expect(try await other.on { stage.http.requests.count } == 4)
            while try await first.answerNextRequest(.init(code: 200)) {}
            #expect(try await first.end().reason == .normalTermination)
            #expect(try await first.notes() == ["0", "HTTP_REQUESTS 2 2", "200", "200"])
            let lines = try await first.logTexts()
            #expect(lines.contains { $0.hasPrefix("WARNING! GET request not sent: the account has 2 HTTP requests") })
            #expect(
                lines.contains(
                    "Sent event to JS onPhoneEvent with params [{allowed = 2 ;  limit = HTTP_REQUESTS ;  "
                        + "name = Application.LimitReached ;  used = 2 ;  } ;  ]"))
            _ = try await other.end()
            // What has ended counts no more.
            let next = try await stage.play(Self.requests, hasCaller: false) { $0.limits.runningRequests = 3 }
            #expect(try await next.on { stage.http.pending.count } == 3)
            while try await next.answerNextRequest(.init(code: 200)) {}
            #expect(try await next.end().isOrderly)
        }
    }

    @Test func aFullStorageIsATypedError() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.LimitReached, (e) => Logger.write(`> ${e.name} ${e.limit} ${e.allowed}`));
                setTimeout(async () => {
                    for (const key of ["a", "b", "c", "a"]) {
                        try {
                            await ApplicationStorage.put(key, "v");
                            Logger.write("> kept " + key);
                        } catch (e) {
                            Logger.write(`> ${e instanceof LimitError} ${e instanceof RangeError} ${e.limit} ${e.allowed}`);
                        }
                    }
                    VoxEngine.terminate();
                }, 1000);
                """, hasCaller: false)
            try await show.on { show.services.mostItems = 1 }
            try await show.advance(seconds: 1)
            _ = try await show.end()
            #expect(
                try await show.notes() == [
                    "kept a", "true true STORAGE_ITEMS 1", "Application.LimitReached STORAGE_ITEMS 1",
                    "true true STORAGE_ITEMS 1", "kept a",
                ])
        }
    }

    @Test(arguments: [
        ("for (let i = 0; i < 101; i++) setTimeout(() => {}, 1000)", "TIMERS 100"),
        ("for (let i = 0; i < 36; i++) Net.httpRequest('http://h', () => {})", "HTTP_REQUESTS 35"),
        ("for (let i = 0; i < 11; i++) Net.sendMail('h', 'a@b', 'c@d', '', '', null)", "MAILS 10"),
        ("for (let i = 0; i < 11; i++) VoxEngine.createWebSocket('ws://h')", "WEBSOCKETS 10"),
        ("await ApplicationStorage.get('k'.repeat(201))", "STORAGE_KEY 200"),
        ("await ApplicationStorage.put('k', 'v'.repeat(2001), 60)", "STORAGE_VALUE 2000"),
    ])
    func whatAScriptMayNotIsATypedError(code: String, limit: String) async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                (async () => {
                    try { \(code); } catch (e) { Logger.write(`> ${e.name} ${e.limit} ${e.allowed}`); }
                    VoxEngine.terminate();
                })();
                """, hasCaller: false)
            while try await show.answerNextRequest(.init(code: 200)) {}
            try await show.on {
                for mail in stage.mail.pending { mail.succeed(MailResult(code: 250)) }
                stage.mail.pending.removeAll()
            }
            try await show.settle()
            try await show.on {
                for mail in stage.mail.pending { mail.succeed(MailResult(code: 250)) }
                stage.mail.pending.removeAll()
            }
            _ = try await show.end()
            #expect(try await show.notes() == ["LimitError \(limit)"])
        }
    }

    @Test func eachAccountHasItsOwnTimeForACallback() async throws {
        try await Stage.with { stage in
            let loop = "for (;;) {}"
            let narrow = try await stage.begin(loop) { $0.limits.callbackMilliseconds = 200 }
            let usual = try await stage.begin(loop)
            #expect(
                try await narrow.end().detail
                    == "JS session error: the callback for the scenario's top level took more than 200 ms")
            #expect(
                try await usual.end().detail
                    == "JS session error: the callback for the scenario's top level took more than 1000 ms")
        }
    }

    @Test func aScriptIsToldThatItsCallbacksAreAlmostTooLong() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                VoxEngine.addEventListener(AppEvents.LimitReached, (e) => {
                    Logger.write(`> ${e.limit} ${e.allowed} ${e.used >= 300}`);
                    VoxEngine.terminate();
                });
                let milliseconds = 300;
                setInterval(() => {
                    milliseconds += 20;
                    for (const begin = Date.now(); Date.now() - begin < milliseconds;);
                }, 100);
                """
            ) { $0.limits.callbackMilliseconds = 400 }
            // A round computes for as long as it takes or less, so that none goes from under 300 ms to more than 400.
            try await show.advance(seconds: 20)
            #expect(try await show.end().reason == .normalTermination)
            #expect(try await show.notes() == ["CALLBACK_TIME 400 true"])
        }
    }

    @Test func aScriptThatIsToldOfItsMemoryMayGiveItBack() async throws {
        try await Stage.with { stage in
            let show = try await stage.play(
                """
                let kept = [];
                let rounds = 0;
                VoxEngine.addEventListener(AppEvents.LimitReached, (e) => {
                    Logger.write(`> ${e.limit} ${e.allowed} ${e.used > e.allowed * 3 / 4 && e.used <= e.allowed}`);
                    kept = [];
                    rounds = 0;
                });
                setInterval(() => {
                    for (let i = 0; i < 5000; i++) kept.push({i, text: "x" + i});
                    if (++rounds === 3) Logger.write("> three");
                }, 100);
                """
            ) { $0.limits.sessionBytes = 32 << 20 }
            while try await show.on({ !show.lines.contains("> MEMORY 33554432 true") && !show.session.isEnded }) {
                try await show.advance(seconds: 1)
            }
            try await show.advance(seconds: 1)
            #expect(try await show.on { show.session.isEnded } == false)
            try await show.on { show.session.terminate(.administrative) }
            #expect(try await show.end().isOrderly)
            #expect(try await show.notes() == ["three", "MEMORY 33554432 true", "three"])
        }
    }
}
