import RequestSigning
import Testing

@Suite struct RequestSigningTests {
    static let key = RequestKey(licenceKey: "DEMO-KEY-0001", direction: .scenarioToController)
    static let request = SignedRequest(
        method: "POST", path: "/scenario", body: Array("COMMAND=StartCall&CALL_ID=abc.1".utf8), time: 1_437_727_808,
        nonce: "nonce-0001")

    @Test("Key and signature match the values of another implementation")
    func vector() {
        #expect(Self.key.hexadecimal == "12f9b2d759dc368d21ac40fe5c9e19359a3b9744b917cafae4d23d6110290554")
        #expect(
            Self.request.signature(Self.key) == "b2ecc3cf97f4011a41545baa7dbfc448c5cd7f89ff9db8b1dabcf752920de978")
    }

    @Test("No direction's key is another's")
    func directions() {
        let keys = Set(
            RequestKey.Direction.allCases.map { RequestKey(licenceKey: "DEMO-KEY-0001", direction: $0).hexadecimal })
        #expect(keys.count == 3)
    }

    static let changes: [(String, @Sendable (inout SignedRequest) -> Void)] = [
        ("method", { $0.method = "GET" }), ("path", { $0.path += "?x=1" }), ("body", { $0.body.append(0) }),
        ("time", { $0.time += 1 }), ("nonce", { $0.nonce += "0" }),
    ]

    @Test("A change in any signed part breaks the signature", arguments: changes.indices)
    func everyPartIsCovered(index: Int) {
        let signature = Self.request.signature(Self.key)
        var changed = Self.request
        Self.changes[index].1(&changed)
        var verifier = RequestVerifier()
        #expect(throws: RequestVerifier.Refusal.wrongSignature) {
            try verifier.verify(changed, signature: signature, key: Self.key, now: changed.time)
        }
    }

    @Test("A request is accepted once, and not again within the window")
    func replay() throws {
        var verifier = RequestVerifier()
        let signature = Self.request.signature(Self.key)
        try verifier.verify(Self.request, signature: signature, key: Self.key, now: Self.request.time)
        #expect(throws: RequestVerifier.Refusal.replayed) {
            try verifier.verify(Self.request, signature: signature, key: Self.key, now: Self.request.time + 300)
        }
    }

    @Test("The window is 300 s on either side", arguments: [(-301, false), (-300, true), (300, true), (301, false)])
    func window(offset: Int64, accepted: Bool) {
        var verifier = RequestVerifier()
        let signature = Self.request.signature(Self.key)
        let result = Result {
            try verifier.verify(Self.request, signature: signature, key: Self.key, now: Self.request.time + offset)
        }
        if accepted {
            #expect(throws: Never.self) { try result.get() }
        } else {
            #expect(throws: RequestVerifier.Refusal.outsideWindow) { try result.get() }
        }
    }

    @Test("A full memory refuses instead of forgetting, and a wrong signature takes no place in it")
    func capacity() throws {
        var verifier = RequestVerifier(capacity: 1)
        let now = Self.request.time
        #expect(throws: RequestVerifier.Refusal.wrongSignature) {
            try verifier.verify(Self.request, signature: "00", key: Self.key, now: now)
        }
        try verifier.verify(Self.request, signature: Self.request.signature(Self.key), key: Self.key, now: now)
        var second = Self.request
        second.nonce = "nonce-0002"
        #expect(throws: RequestVerifier.Refusal.overloaded) {
            try verifier.verify(second, signature: second.signature(Self.key), key: Self.key, now: now)
        }
        // Twice the window later the first nonce is forgotten.
        second.time = now + 601
        try verifier.verify(second, signature: second.signature(Self.key), key: Self.key, now: now + 601)
    }
}
