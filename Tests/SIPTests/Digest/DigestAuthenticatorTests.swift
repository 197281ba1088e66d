import SIP
import Testing

@Suite("Digest authenticator")
struct DigestAuthenticatorTests {
    private static let now = Duration.seconds(1_700_000_000)
    private static let secret = Array("0123456789abcdef0123456789abcdef".utf8)
    private var server = DigestAuthenticator(realm: "example.com", secret: secret)

    private func stored(_ username: String, _ algorithm: DigestAlgorithm) -> String? {
        username == "alice" ? algorithm.ha1(username: "alice", realm: "example.com", password: "secret") : nil
    }

    private func answer(
        _ challenge: DigestChallenge, username: String = "alice", password: String = "secret", count: UInt32 = 1
    ) -> [DigestCredentials] {
        [
            DigestClient.answer(
                challenge: challenge, method: .register, uri: "sip:example.com", username: username, password: password,
                cnonce: "c0", nonceCount: count)
        ].compactMap { $0 }
    }

    private mutating func verify(_ credentials: [DigestCredentials], after: Duration = .zero) -> DigestVerdict {
        server.verify(credentials, method: .register, at: Self.now + after, ha1: stored)
    }

    @Test("SHA-256 is offered first, MD5 second, with one nonce")
    func offers() {
        let challenges = server.challenges(at: Self.now, salt: 1)
        #expect(challenges.map(\.algorithm) == [.sha256, .md5])
        #expect(Set(challenges.map(\.nonce)).count == 1)
        #expect(server.challenges(at: Self.now, salt: 2)[0].nonce != challenges[0].nonce)
    }

    @Test("the right password is accepted with either algorithm, as the wire carries it", arguments: [0, 1])
    mutating func accepts(_ offer: Int) throws {
        let wire = server.challenges(at: Self.now, salt: 1)[offer].description
        let challenge = try #require(try DigestChallenge(parsing: wire))
        let credentials = try #require(try DigestCredentials(parsing: answer(challenge)[0].description))
        #expect(verify([credentials]) == .authenticated(username: "alice"))
    }

    @Test("an unknown user and a wrong password get the same verdict")
    mutating func refuses() {
        let challenge = server.challenges(at: Self.now, salt: 1)[0]
        #expect(verify(answer(challenge, password: "wrong")) == .refused(.wrong))
        #expect(verify(answer(challenge, username: "mallory")) == .refused(.wrong))
        #expect(verify([]) == .refused(.absent))
        var other = challenge
        other.realm = "elsewhere"
        #expect(verify(answer(other)) == .refused(.absent))
        other = challenge
        other.algorithm = .sha256Session
        #expect(verify(answer(other)) == .refused(.notOffered))
    }

    @Test("the proof covers the method")
    mutating func coversMethod() {
        let credentials = answer(server.challenges(at: Self.now, salt: 1)[0])
        let verdict = server.verify(credentials, method: .invite, at: Self.now, ha1: stored)
        #expect(verdict == .refused(.wrong))
    }

    @Test("a count is good once, later counts in any order")
    mutating func replay() {
        let challenge = server.challenges(at: Self.now, salt: 1)[0]
        let expected: [(UInt32, Bool)] = [
            (1, true), (1, false), (3, true), (2, true), (2, false), (3, false), (100, true), (30, false), (99, true),
            (UInt32.max, true), (100, false),
        ]
        for (count, isGood) in expected {
            let verdict = verify(answer(challenge, count: count))
            #expect(verdict == (isGood ? .authenticated(username: "alice") : .stale), "count \(count)")
        }
    }

    @Test("an old nonce is stale for who knows the password and refused for who does not")
    mutating func expiry() {
        let challenge = server.challenges(at: Self.now, salt: 1)[0]
        #expect(verify(answer(challenge), after: .seconds(301)) == .stale)
        #expect(verify(answer(challenge, password: "wrong"), after: .seconds(301)) == .refused(.wrong))
        #expect(verify(answer(challenge), after: .seconds(300)) == .authenticated(username: "alice"))
    }

    @Test("a nonce of another secret, realm or making is stale")
    mutating func foreignNonces() {
        let stranger = DigestAuthenticator(realm: "example.com", secret: [1])
        #expect(verify(answer(stranger.challenges(at: Self.now, salt: 1)[0])) == .stale)
        var challenge = server.challenges(at: Self.now, salt: 1)[0]
        #expect(server.challenges(at: Self.now, salt: 1, isStale: true)[0].isStale)
        let sealed = challenge.nonce
        for forged in ["", "00", String(sealed.dropLast() + "0"), String("f" + sealed.dropFirst()), sealed + "00"]
        where forged != sealed {
            challenge.nonce = forged
            #expect(verify(answer(challenge)) == .stale, "\(forged)")
        }
    }

    @Test("credentials without qop are good once for each nonce")
    mutating func withoutQuality() {
        var challenge = server.challenges(at: Self.now, salt: 1)[1]
        challenge.qualities = []
        #expect(verify(answer(challenge)) == .authenticated(username: "alice"))
        #expect(verify(answer(challenge)) == .stale)
    }

    @Test("what is remembered is bounded, and what is forgotten is not accepted again")
    mutating func bounded() {
        server = DigestAuthenticator(realm: "example.com", secret: Self.secret, capacity: 10)
        let challenges = (0..<50).map { index in
            server.challenges(at: Self.now + .milliseconds(index), salt: UInt64(index))[1]
        }
        for challenge in challenges {
            #expect(verify(answer(challenge), after: .seconds(1)) == .authenticated(username: "alice"))
        }
        for challenge in challenges {
            #expect(verify(answer(challenge), after: .seconds(1)) == .stale)
        }
    }
}
