import Testing

@testable import Controller

@Suite struct RolloutJudgeTests {
    private static let judge = RolloutJudge(policy: RolloutPolicy())

    private static func counts(_ sessions: Int64, failed: Int64 = 0, errors: Int64 = 0) -> SessionCounts {
        var counts = SessionCounts()
        (counts.sessions, counts.failed, counts.scriptErrors) = (sessions, failed, errors)
        return counts
    }

    private static func health(_ counts: SessionCounts, accounts: Int64 = 100, failing: Int64 = 100) -> VersionHealth {
        VersionHealth(whole: counts, recent: counts, accounts: accounts, failingAccounts: failing)
    }

    @Test(
        "Wilson's interval, against values from his formula",
        arguments: [
            (Int64(0), Int64(10), 1.96, 0.0, 0.2775), (5, 10, 1.96, 0.2366, 0.7634), (10, 10, 1.96, 0.7225, 1.0),
            (1, 100, 1.96, 0.0018, 0.0545),
        ])
    func wilson(hits: Int64, trials: Int64, z: Double, low: Double, high: Double) {
        let interval = Proportion(hits: hits, trials: trials).interval(deviations: z)
        #expect(abs(interval.lowerBound - low) < 0.0001 && abs(interval.upperBound - high) < 0.0001, "\(interval)")
    }

    @Test("Newcombe's interval of a difference, against his example: 56 of 70 and 48 of 80")
    func newcombe() {
        let interval = Proportion(hits: 56, trials: 70).excess(over: Proportion(hits: 48, trials: 80), deviations: 1.96)
        #expect(abs(interval.lowerBound - 0.0524) < 0.0001 && abs(interval.upperBound - 0.3339) < 0.0001, "\(interval)")
    }

    /// sessions and failures of version and predecessor, accounts that have it and where it failed
    @Test(
        "What stops a version, and what does not",
        arguments: [
            ("three calls, all failed", 3, 3, 1000, 10, 100, 3, false),
            ("all of the smallest sample", 30, 30, 1000, 10, 100, 30, true),
            ("as before", 10_000, 100, 10_000, 100, 100, 50, false),
            ("worse, but within the margin", 100_000, 1800, 100_000, 1000, 1000, 500, false),
            ("a little more than the margin, for long", 100_000, 2500, 100_000, 1000, 1000, 500, true),
            ("a little more than the margin, too early", 1000, 25, 100_000, 1000, 1000, 20, false),
            ("one account only", 1000, 300, 10_000, 100, 100, 1, false),
            ("one account, which is all that have it", 100, 60, 10_000, 100, 1, 1, true),
            ("nothing known before, much fails", 40, 36, 0, 0, 100, 20, true),
            ("nothing known before, something fails", 40, 8, 0, 0, 100, 8, false),
            ("the predecessor fails as much", 500, 250, 500, 250, 100, 60, false),
        ] as [(String, Int64, Int64, Int64, Int64, Int64, Int64, Bool)])
    func failures(
        name: String, sessions: Int64, failed: Int64, before: Int64, failedBefore: Int64, accounts: Int64,
        failing: Int64, stops: Bool
    ) {
        let decision = Self.judge.decide(
            Self.health(Self.counts(sessions, failed: failed), accounts: accounts, failing: failing),
            against: Self.health(Self.counts(before, failed: failedBefore)))
        if case .stop(let reason) = decision {
            #expect(stops, "\(name): \(reason)")
            #expect(reason.measure == .failed)
        } else {
            #expect(!stops, "\(name): \(decision)")
        }
    }

    @Test("Script errors count by themselves, though no more sessions fail than before")
    func scriptErrors() {
        let decision = Self.judge.decide(
            Self.health(Self.counts(2000, failed: 200, errors: 190)),
            against: Self.health(Self.counts(20_000, failed: 2000, errors: 10)))
        guard case .stop(let reason) = decision else {
            Issue.record("\(decision)")
            return
        }
        #expect(reason.description == "sessions with script errors: 190 of 2000 (9.5 %), before 10 of 20000 (0.1 %)")
    }

    @Test("Calls that are answered later than nine of ten were before stop a version")
    func slow() {
        func health(late: Int64) -> VersionHealth {
            var counts = Self.counts(1000)
            counts.answers[3] = 1000 - late
            counts.answers[6] = late
            return Self.health(counts)
        }
        #expect(Self.judge.decide(health(late: 60), against: health(late: 50)) == .goOn)
        guard case .stop(let reason) = Self.judge.decide(health(late: 300), against: health(late: 50)) else {
            Issue.record("late answers went unseen")
            return
        }
        #expect(reason.measure == .slow)
    }

    @Test("A version that turns bad after good days is found by its last days")
    func late() {
        var health = Self.health(Self.counts(100_000, failed: 1000))
        health.recent = Self.counts(400, failed: 60)
        let before = Self.health(Self.counts(100_000, failed: 1000))
        guard case .stop = Self.judge.decide(health, against: before) else {
            Issue.record("the good days excused the bad ones")
            return
        }
    }

    @Test("A version is complete when it is everybody's, has been watched long enough and is no worse")
    func complete() {
        var health = Self.health(Self.counts(10_000, failed: 100))
        let before = Self.health(Self.counts(10_000, failed: 100))
        health.isEverybodys = true
        #expect(Self.judge.decide(health, against: before) == .goOn)
        health.age = .seconds(4 * 86_400)
        #expect(Self.judge.decide(health, against: before) == .complete)
        #expect(Self.judge.decide(health, against: nil) == .goOn, "nothing is known of its predecessor")
        health.isEverybodys = false
        #expect(Self.judge.decide(health, against: before) == .goOn)
        health.isEverybodys = true
        health.whole = Self.counts(900, failed: 9)
        #expect(Self.judge.decide(health, against: before) == .goOn)
    }
}

/// Many rollouts with drawn calls: how soon a bad version is stopped, how seldom a good one.
@Suite struct RolloutSimulationTests {
    private struct Draw {
        var state: UInt64
        /// Whether something of this probability happens.
        mutating func hits(_ rate: Double) -> Bool { next() >> 11 < UInt64(rate * 0x1p53) }

        mutating func next() -> UInt64 {
            // SplitMix64: the same numbers for a seed on every machine.
            state &+= 0x9e37_79b9_7f4a_7c15
            var z = state
            z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
            z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
            return z ^ z >> 31
        }
    }

    /// The session after which the version was stopped; nil when it was not.
    private static func run(seed: UInt64, rate: Double, before: Double, sessions: Int64) -> Int64? {
        var draw = Draw(state: seed)
        var known = SessionCounts()
        known.sessions = 2000
        for _ in 0..<2000 where draw.hits(before) { known.failed += 1 }
        var health = VersionHealth(accounts: 500)
        for session in 1...sessions {
            health.whole.sessions += 1
            if draw.hits(rate) {
                health.whole.failed += 1
                health.failingAccounts += 1
            }
            guard session % 10 == 0 else { continue }
            health.recent = health.whole
            let judge = RolloutJudge(policy: RolloutPolicy())
            if case .stop = judge.decide(health, against: VersionHealth(whole: known)) { return session }
        }
        return nil
    }

    @Test("Of 1000 good versions, each judged 150 times, fewer than 1 % are stopped", arguments: [0.002, 0.02])
    func good(rate: Double) {
        let stopped = (0..<1000).filter { Self.run(seed: $0, rate: rate, before: rate, sessions: 1500) != nil }
        #expect(stopped.count < 10, "\(stopped.count) of 1000")
    }

    @Test(
        "A bad version is stopped within so many sessions, in each of 100 runs",
        arguments: [(0.9, Int64(40)), (0.5, 60), (0.2, 200), (0.1, 500), (0.05, 2500)])
    func bad(rate: Double, limit: Int64) {
        let ends = (0..<100).map { Self.run(seed: $0, rate: rate, before: 0.01, sessions: limit) }
        #expect(ends.allSatisfy { $0 != nil }, "\(ends.filter { $0 == nil }.count) of 100 went on")
    }
}
