import Digests
import Testing

@Suite struct SecretSealTests {
    private static func seal(_ octet: UInt8 = 7) throws -> SecretSeal {
        try #require(SecretSeal(key: [UInt8](repeating: octet, count: SecretSeal.keyLength)))
    }

    @Test("What was sealed opens again", arguments: ["", "z", "пароль-ключ", String(repeating: "x", count: 100_000)])
    func roundTrip(text: String) throws {
        let seal = try Self.seal()
        let sealed = seal.seal(text, for: "account/demo")
        #expect(SecretSeal.isSealed(sealed))
        #expect(text.isEmpty || !sealed.contains(text))
        #expect(try seal.open(sealed, for: "account/demo") == text)
    }

    @Test("The same text is never sealed to the same octets")
    func fresh() throws {
        let seal = try Self.seal()
        #expect(seal.seal("key", for: "a") != seal.seal("key", for: "a"))
    }

    @Test("Another key, another place or a changed octet opens nothing")
    func refused() throws {
        let sealed = try Self.seal().seal("key", for: "a")
        #expect(throws: SecretSeal.Failure.notOpened) { try Self.seal(8).open(sealed, for: "a") }
        #expect(throws: SecretSeal.Failure.notOpened) { try Self.seal().open(sealed, for: "b") }
        for index in sealed.indices.dropFirst(8) {
            var changed = sealed
            changed.replaceSubrange(index...index, with: sealed[index] == "0" ? "1" : "0")
            #expect(throws: SecretSeal.Failure.notOpened) { try Self.seal().open(changed, for: "a") }
        }
    }

    @Test("Texts that nobody sealed are told apart", arguments: ["", "sealed1:", "sealed1:zz", "sealed1:00", "plain"])
    func malformed(text: String) throws {
        #expect(throws: SecretSeal.Failure.malformed) { try Self.seal().open(text, for: "a") }
    }

    @Test("A key has 32 octets", arguments: [0, 16, 31, 33])
    func keyLength(count: Int) {
        #expect(SecretSeal(key: [UInt8](repeating: 0, count: count)) == nil)
    }
}
