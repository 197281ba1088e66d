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

    @Test("A key whose time is over does not come back with the next one, used or not")
    func over() {
        let once = PortalKeys(Secret("old")).rotated(to: Secret("present"), overlap: Self.overlap, at: Self.start)
        let twice = once.rotated(to: Secret("new"), overlap: Self.overlap, at: Self.at(100))
        #expect(twice.accepted(at: Self.at(100)) == [Secret("new"), Secret("present")])
        #expect(twice.signing(at: Self.at(100)) == Secret("present"))
        #expect(twice.accepted(at: Self.at(200)) == [Secret("new")])
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
            (109, nil, .ask(isEnough: true)), (110, nil, .ask(isEnough: false)),
            // Its own end comes first, or in the time of grace: the server alone knows whether it was renewed.
            (8, 9, .valid), (9, 9, .ask(isEnough: true)), (108, 9, .ask(isEnough: true)),
            (109, 9, .ask(isEnough: false)), (20, 19, .ask(isEnough: true)), (110, 19, .ask(isEnough: false)),
            // The server has said that it is over.
            (0, 0, .ended), (59, -1, .ended), (60, -1, .ask(isEnough: false)),
        ])
    func server(now: Int64, until: Int64?, verdict: LicenceStanding.Verdict) {
        let standing = LicenceStanding(until: until.map(Self.at), checkedAt: Self.at(0))
        #expect(standing.verdict(at: Self.at(now), Self.policy) == verdict)
    }
}

@Suite struct CallsOfEndedLicencesTests {
    private static let policy = LicencePolicy(interval: .seconds(10), grace: .seconds(100), calls: .seconds(50))

    private static func at(_ seconds: Int64) -> Moment { Moment(milliseconds: seconds * 1000) }

    @Test(
        "Calls go on for their time after the portal's requests have ended",
        arguments: [
            // Of the table: the end counts.
            (Int64?.none, Int64?.none, Int64(1 << 40), true), (5, nil, 54, true), (5, nil, 55, false),
            // Ended by the server's word.
            (5, 5, 54, true), (5, 7, 55, false),
            // Nobody has answered since: interval or end, grace, and then the calls' time.
            (nil, 0, 159, true), (nil, 0, 160, false), (4, 0, 153, true), (4, 0, 154, false),
        ])
    func calls(until: Int64?, checkedAt: Int64?, now: Int64, areServed: Bool) {
        let standing = LicenceStanding(until: until.map(Self.at), checkedAt: checkedAt.map(Self.at))
        #expect(standing.servesCalls(at: Self.at(now), Self.policy) == areServed)
    }
}

@Suite struct LicenceOutageTests {
    private static func at(_ seconds: Int64) -> Moment { Moment(milliseconds: seconds * 1000) }

    @Test("After a failure nobody asks for half a minute, then one does, and its answer is everybody's")
    func pause() {
        var outage = LicenceOutage()
        let atFirst = outage.mayAsk(at: Self.at(0))
        outage.note(isAway: true, askedAt: Self.at(0), at: Self.at(3))
        #expect(outage.isOn(at: Self.at(32)))
        let meanwhile = outage.mayAsk(at: Self.at(32))
        let afterwards = outage.mayAsk(at: Self.at(33))
        // The others do not wait for that one.
        #expect(outage.isOn(at: Self.at(34)))
        let beside = outage.mayAsk(at: Self.at(34))
        outage.note(isAway: false, askedAt: Self.at(33), at: Self.at(35))
        #expect(!outage.isOn(at: Self.at(35)))
        let again = outage.mayAsk(at: Self.at(35))
        #expect([atFirst, meanwhile, afterwards, beside, again] == [true, false, true, false, true])
        // Asked before the other's answer came: the server is slow, and there.
        outage.note(isAway: true, askedAt: Self.at(34), at: Self.at(37))
        #expect(!outage.isOn(at: Self.at(37)))
        outage.note(isAway: true, askedAt: Self.at(35), at: Self.at(38))
        #expect(outage.isOn(at: Self.at(38)))
    }
}
