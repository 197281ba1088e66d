import Testing

@testable import Digests

@Suite struct RSAKeyPairTests {
    @Test func `a signature is taken with its key and message only`() throws {
        let pair = try RSAKeyPair.generate()
        let other = try RSAKeyPair.generate()
        let signature = try pair.signature(of: "header.claims".utf8)
        #expect(pair.publicKey.verifies(signature, of: "header.claims".utf8))
        #expect(!pair.publicKey.verifies(signature, of: "header.claimz".utf8))
        #expect(!other.publicKey.verifies(signature, of: "header.claims".utf8))
        #expect(!pair.publicKey.verifies([], of: "header.claims".utf8))
        #expect(!pair.publicKey.verifies(signature.dropLast(), of: "header.claims".utf8))
        var changed = signature
        changed[7] ^= 1
        #expect(!pair.publicKey.verifies(changed, of: "header.claims".utf8))
    }

    @Test func `keys are texts that can be stored and read back`() throws {
        let pair = try RSAKeyPair.generate()
        #expect(pair.privatePEM.hasPrefix("-----BEGIN PRIVATE KEY-----"))
        #expect(pair.publicKey.pem.hasPrefix("-----BEGIN PUBLIC KEY-----"))
        #expect(RSAPublicKey(pem: pair.publicKey.pem) == pair.publicKey)
        for text in ["", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", pair.privatePEM] {
            #expect(RSAPublicKey(pem: text) == nil)
        }
    }

    @Test func `a private key is read back, signs, and shows in no description`() throws {
        let pair = try RSAKeyPair.generate()
        let key = try #require(RSAPrivateKey(pem: pair.privatePEM))
        #expect(key.publicKey == pair.publicKey)
        #expect(pair.publicKey.verifies(try key.signature(of: "text".utf8), of: "text".utf8))
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped] { #expect(!text.contains("PRIVATE")) }
        for text in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", pair.publicKey.pem] {
            #expect(RSAPrivateKey(pem: text) == nil)
        }
    }
}
