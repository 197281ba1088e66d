import SIP
import Testing

@Suite("Digest client and vectors")
struct DigestTests {
    private let get = SIPMethod(rawValue: "GET")

    @Test("RFC 2617 clause 3.5: MD5 with auth")
    func rfc2617() throws {
        let challenge = DigestChallenge(
            realm: "testrealm@host.com", nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            opaque: "5ccc069c403ebaf9f0171e9517f40e41", qualities: ["auth", "auth-int"])
        let answer = try #require(
            DigestClient.answer(
                challenge: challenge, method: get, uri: "/dir/index.html", username: "Mufasa",
                password: "Circle Of Life", cnonce: "0a4f113b", nonceCount: 1))
        #expect(answer.response == "6629fae49393a05397450978507c4ef1")
        #expect(answer.quality == "auth" && answer.opaque == challenge.opaque)
    }

    @Test(
        "RFC 7616 clause 3.9.1: MD5 and SHA-256",
        arguments: [
            (DigestAlgorithm.md5, "8ca523f5e9506fed4657c9700eebdbec"),
            (.sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ])
    func rfc7616(_ algorithm: DigestAlgorithm, _ response: String) throws {
        let challenge = DigestChallenge(
            realm: "http-auth@example.org", nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            opaque: "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", algorithm: algorithm)
        let answer = try #require(
            DigestClient.answer(
                challenge: challenge, method: get, uri: "/dir/index.html", username: "Mufasa",
                password: "Circle of Life", cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", nonceCount: 1))
        #expect(answer.response == response)
    }

    @Test("a challenge without qop is answered as RFC 2069 wants it")
    func rfc2069() throws {
        // Vector of RFC 2069 clause 2.4 as corrected by erratum 749.
        let challenge = DigestChallenge(
            realm: "testrealm@host.com", nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093", qualities: [])
        let answer = try #require(
            DigestClient.answer(
                challenge: challenge, method: get, uri: "/dir/index.html", username: "Mufasa", password: "CircleOfLife",
                cnonce: "unused", nonceCount: 1))
        #expect(answer.response == "1949323746fe6a43ef61f9606e7febea")
        #expect(answer.cnonce == nil && answer.nonceCount == nil && !answer.description.contains("qop"))
    }

    @Test("session keys and auth-int change the answer and are understood")
    func variants() throws {
        func response(_ algorithm: DigestAlgorithm, _ quality: String, body: [UInt8] = []) -> String? {
            DigestClient.answer(
                challenge: DigestChallenge(realm: "r", nonce: "n", algorithm: algorithm, qualities: [quality]),
                method: .invite, uri: "sip:x", username: "u", password: "p", cnonce: "c", nonceCount: 1, body: body
            )?.response
        }
        let answers = [
            response(.md5, "auth"), response(.md5Session, "auth"), response(.md5, "auth-int"),
            response(.sha256, "auth"),
            response(.md5, "auth-int", body: [1]), response(.sha256Session, "auth"),
        ]
        #expect(Set(answers).count == answers.count && !answers.contains(nil))
        #expect(response(.other("MD6"), "auth") == nil && response(.md5, "token") == nil)
    }

    @Test("the server's first usable challenge is preferred")
    func preference() {
        let unknown = DigestChallenge(realm: "r", nonce: "n", algorithm: .other("SHA-512-256"))
        let strong = DigestChallenge(realm: "r", nonce: "n", algorithm: .sha256)
        let weak = DigestChallenge(realm: "r", nonce: "n")
        #expect(DigestClient.preferred([unknown, strong, weak]) == strong)
        #expect(DigestClient.preferred([unknown]) == nil)
    }

    @Test("challenges and credentials survive being written and read")
    func roundTrip() throws {
        let challenge = DigestChallenge(
            realm: "a \"b\", c", nonce: "n=1", opaque: "", isStale: true, algorithm: .sha256,
            qualities: ["auth", "auth-int"])
        #expect(try DigestChallenge(parsing: challenge.description) == challenge)
        let credentials = DigestCredentials(
            username: "u,\\", realm: "r", nonce: "n", uri: "sip:a@b", response: "00", algorithm: .md5, cnonce: "c",
            opaque: "o", quality: "auth", nonceCount: 0xAB)
        #expect(credentials.description.contains("nc=000000ab"))
        #expect(try DigestCredentials(parsing: credentials.description) == credentials)
    }

    @Test("header fields give the digest lines and pass over other schemes")
    func headers() throws {
        let headers = SIPHeaders([
            (.wwwAuthenticate, "Basic realm=\"x\""),
            (.wwwAuthenticate, "DIGEST  realm=\"x\" , nonce=\"y\",algorithm=sha-256, qop=\"auth,auth-int\","),
            (.wwwAuthenticate, "Digest realm=x,nonce=y"),
            (.authorization, "Digest username=\"u\",realm=\"x\",nonce=\"y\",uri=\"sip:h\",response=\"z\",nc=00000001"),
        ])
        let challenges = try headers.wwwAuthenticate
        #expect(challenges.map(\.algorithm) == [.sha256, .md5])
        #expect(challenges[0].qualities == ["auth", "auth-int"] && challenges[1].qualities.isEmpty)
        #expect(try headers.authorization.first?.nonceCount == 1)
    }

    @Test(
        "malformed credentials throw",
        arguments: [
            "Digest", "Digest username=\"u\"", "Digest username=\"u", "Digest username", "Digest a=b c=d", "",
            "Digest username=u,realm=r,nonce=n,uri=x,response=y,nc=123456789",
            "Digest username=u,realm=r,nonce=n,uri=x,response=y,nc=xyz",
        ])
    func malformed(_ text: String) {
        #expect(throws: SIPParseError.self) { try DigestCredentials(parsing: text) }
    }
}
