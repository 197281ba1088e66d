import Digests
import Testing

@Suite struct DigestsTests {
    @Test(
        "Digests match the published vectors (RFC 1321 A.5, FIPS 180-4)",
        arguments: [
            (HashFunction.md5, "", "d41d8cd98f00b204e9800998ecf8427e"),
            (.md5, "abc", "900150983cd24fb0d6963f7d28e17f72"),
            (.sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (.sha256, "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (.sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ])
    func digests(function: HashFunction, text: String, digest: String) {
        #expect(function.hexDigest(text) == digest)
    }

    @Test("HMAC matches RFC 4231 case 2 and RFC 2202 case 2")
    func authenticationCodes() {
        let message = "what do ya want for nothing?".utf8
        let sha256 = HashFunction.sha256.authenticationCode(message, key: "Jefe".utf8)
        #expect(Hexadecimal.encode(sha256) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let md5 = HashFunction.md5.authenticationCode(message, key: "Jefe".utf8)
        #expect(Hexadecimal.encode(md5) == "750c783e6ab0b503eaa86e310a5db738")
    }

    @Test("A key longer than a block is digested first (RFC 4231 case 6)")
    func longKey() {
        let key = [UInt8](repeating: 0xaa, count: 131)
        let code = HashFunction.sha256.authenticationCode(
            "Test Using Larger Than Block-Size Key - Hash Key First".utf8, key: key)
        #expect(Hexadecimal.encode(code) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test("Hexadecimal is read back, in either case")
    func hexadecimal() {
        let bytes: [UInt8] = [0, 1, 0x7f, 0x80, 0xff]
        #expect(Hexadecimal.encode(bytes) == "00017f80ff")
        #expect(Hexadecimal.decode("00017F80ff") == bytes)
    }

    @Test("What is not hexadecimal is refused", arguments: ["0", "0g", "-1", "é0"])
    func notHexadecimal(text: String) { #expect(Hexadecimal.decode(text) == nil) }

    @Test("Comparison sees every difference")
    func constantTime() {
        #expect(ConstantTime.equal("token".utf8, "token".utf8))
        #expect(!ConstantTime.equal("token".utf8, "tokem".utf8))
        #expect(!ConstantTime.equal("token".utf8, "Token".utf8))
        #expect(!ConstantTime.equal("token".utf8, "toke".utf8))
        #expect(ConstantTime.equal("".utf8, "".utf8))
    }

    @Test("Random octets differ and have the wanted count")
    func random() {
        #expect(SecureRandom.bytes(32).count == 32)
        #expect(SecureRandom.bytes(32) != SecureRandom.bytes(32))
        #expect(SecureRandom.bytes(0).isEmpty)
    }
}
