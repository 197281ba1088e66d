import Testing

@testable import Controller

@Suite struct PortalKeysTests {
    private static let start = Moment(milliseconds: 1_000_000)
    private static let overlap = Duration.seconds(100)

    private static func at(_ seconds: Int) -> Moment { start.adding(.seconds(seconds)) }

    @Test("After a change both keys are good, and the controller signs with the one that the portal knows")
    func overlap() {
        let keys = PortalKeys(Secret("old")).rotated(to: Secret("new"), overlap: Self.overlap, at: Self.start)
        #expect(keys.accepted(at: Self.at(99)) == [Secret("new"), Secret("old")])
        #expect(keys.signing(at: Self.at(99)) == Secret("old"))
        #expect(keys.accepted(at: Self.at(100)) == [Secret("new")])
        #expect(keys.signing(at: Self.at(100)) == Secret("new"))
        var confirmed = keys
        confirmed.isConfirmed = true
        #expect(confirmed.signing(at: Self.at(1)) == Secret("new"))
        #expect(confirmed.accepted(at: Self.at(1)) == [Secret("new"), Secret("old")])
    }

    @Test("A key that nobody has used yet is taken back by the next one; the used one stays good")
    func twice() {
        let once = PortalKeys(Secret("old")).rotated(to: Secret("lost"), overlap: Self.overlap, at: Self.start)
        let twice = once.rotated(to: Secret("new"), overlap: Self.overlap, at: Self.at(50))
        #expect(twice.accepted(at: Self.at(60)) == [Secret("new"), Secret("old")])
        #expect(twice.signing(at: Self.at(149)) == Secret("old"))
        #expect(twice.accepted(at: Self.at(150)) == [Secret("new")])
    }

    @Test("Without an overlap the former key is worth nothing at once")
    func atOnce() {
        let keys = PortalKeys(Secret("old")).rotated(to: Secret("new"), overlap: .zero, at: Self.start)
        #expect(keys.accepted(at: Self.start) == [Secret("new")])
        #expect(keys.signing(at: Self.start) == Secret("new"))
    }
}

@Suite struct LicenceStandingTests {
    private static let policy = LicencePolicy(interval: .seconds(10), grace: .seconds(100))

    private static func at(_ seconds: Int64) -> Moment { Moment(milliseconds: seconds * 1000) }

    @Test("A licence of the table holds until its end, and nobody is asked")
    func table() {
        let standing = LicenceStanding(until: Self.at(50))
        #expect(standing.verdict(at: Self.at(49), Self.policy) == .valid)
        #expect(standing.verdict(at: Self.at(50), Self.policy) == .ended)
        #expect(LicenceStanding().verdict(at: Self.at(1 << 40), Self.policy) == .valid)
    }

    @Test(
        "A licence of the server is asked about again; its last answer is enough for the time of grace",
        arguments: [
            (Int64(9), Int64?.none, LicenceStanding.Verdict.valid), (10, nil, .ask(isEnough: true)),
            (109, nil, .ask(isEnough: true)), (110, nil, .ask(isEnough: false)), (9, 9, .ask(isEnough: false)),
            (20, 19, .ask(isEnough: false)), (8, 9, .valid),
        ])
    func server(now: Int64, until: Int64?, verdict: LicenceStanding.Verdict) {
        let standing = LicenceStanding(until: until.map(Self.at), checkedAt: Self.at(0))
        #expect(standing.verdict(at: Self.at(now), Self.policy) == verdict)
    }
}
