import Digests
import Testing

@Suite struct PasswordHashTests {
    @Test func matchesItsPasswordOnly() throws {
        let hash = PasswordHash(password: "correct horse", iterations: 1000)
        let read = try #require(PasswordHash(text: hash.text))
        #expect(read == hash)
        #expect(read.matches("correct horse"))
        #expect(!read.matches("correct hors"))
        #expect(!read.matches(""))
    }

    @Test func twoHashesOfOnePasswordDiffer() {
        #expect(PasswordHash(password: "a", iterations: 1) != PasswordHash(password: "a", iterations: 1))
    }

    /// RFC 7914, section 11.
    @Test func agreesWithThePublishedVector() throws {
        let text =
            "pbkdf2-sha256$1$73616c74$55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
        #expect(try #require(PasswordHash(text: text)).matches("passwd"))
    }

    @Test(arguments: [
        "", "pbkdf2-sha256$1$00", "md5$1$00$00", "pbkdf2-sha256$0$00$00", "pbkdf2-sha256$99999999999$00$00",
        "pbkdf2-sha256$1$$" + String(repeating: "0", count: 64), "pbkdf2-sha256$1$zz$00",
    ])
    func anotherTextIsNoHash(text: String) { #expect(PasswordHash(text: text) == nil) }
}
