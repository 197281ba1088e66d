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
        #expect(throws: RequestVerifier.Refusal.wrongSignature) {
            try RequestVerifier.verify(changed, signature: signature, keys: [Self.key], now: changed.time)
        }
    }

    @Test("The window is 300 s on either side", arguments: [(-301, false), (-300, true), (300, true), (301, false)])
    func window(offset: Int64, accepted: Bool) {
        let signature = Self.request.signature(Self.key)
        let result = Result {
            try RequestVerifier.verify(
                Self.request, signature: signature, keys: [Self.key], now: Self.request.time + offset)
        }
        if accepted {
            #expect(throws: Never.self) { try result.get() }
            #expect(RequestVerifier.end(of: Self.request) >= Self.request.time + offset)
        } else {
            #expect(throws: RequestVerifier.Refusal.outsideWindow) { try result.get() }
        }
    }

    @Test("While two keys are good, the answer names the one that has signed")
    func twoKeys() throws {
        let former = RequestKey(licenceKey: "DEMO-KEY-0000", direction: .scenarioToController)
        let stranger = RequestKey(licenceKey: "DEMO-KEY-0002", direction: .scenarioToController)
        func place(_ key: RequestKey) throws -> Int {
            try RequestVerifier.verify(
                Self.request, signature: Self.request.signature(key), keys: [Self.key, former], now: Self.request.time)
        }
        #expect(try place(Self.key) == 0)
        #expect(try place(former) == 1)
        #expect(throws: RequestVerifier.Refusal.wrongSignature) { try place(stranger) }
        #expect(throws: RequestVerifier.Refusal.wrongSignature) {
            try RequestVerifier.verify(
                Self.request, signature: Self.request.signature(Self.key), keys: [], now: Self.request.time)
        }
    }

    @Test("A budget counts by windows and begins anew with each")
    func budget() {
        var budget = RequestBudget(limit: 2)
        let spent = [0, 599, 599, 600].map { budget.spend(at: $0) }
        #expect(spent == [true, true, false, true])
        #expect(!budget.isOver(at: 1199))
        #expect(budget.isOver(at: 1200))
    }
}
