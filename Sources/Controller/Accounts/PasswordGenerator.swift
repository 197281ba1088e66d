import Digests

/// Makes passwords that the platform accepts and people can type into a phone.
enum PasswordGenerator {
    private static let classes = ["ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnopqrstuvwxyz", "23456789", "-_.!"]

    /// 20 characters with at least one of each class; about 115 bits. Characters that look alike are left out.
    static func password() -> Secret {
        var password = classes.map(character)
        let all = classes.joined()
        while password.count < 20 { password.append(character(all)) }
        for index in password.indices.reversed() { password.swapAt(index, below(index + 1)) }
        return Secret(String(password))
    }

    private static func character(_ alphabet: String) -> Character {
        alphabet[alphabet.index(alphabet.startIndex, offsetBy: below(alphabet.count))]
    }

    /// Even among 0 ..< limit, for limits up to 128: octets that would favour the small are thrown again.
    private static func below(_ limit: Int) -> Int {
        while true {
            let octet = Int(SecureRandom.bytes(1)[0])
            if octet < 256 - 256 % limit { return octet % limit }
        }
    }
}
