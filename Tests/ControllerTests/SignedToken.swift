import Digests
import Foundation

@testable import Controller

/// A service account's token as the platform reads it; nil when its signature is not the key's.
struct SignedToken {
    let header: JSONValue
    let claims: JSONValue

    var account: Int64? { claims["iss"]?.int64 }

    init?(_ authorization: String, key: RSAPublicKey?) {
        let parts = authorization.split(separator: ".", omittingEmptySubsequences: false)
        guard let key, authorization.hasPrefix("Bearer "), parts.count == 3,
            let header = Self.decoded(parts[0].dropFirst("Bearer ".count)).flatMap({ JSONValue($0) }),
            let claims = Self.decoded(parts[1]).flatMap({ JSONValue($0) }), let signature = Self.decoded(parts[2]),
            key.verifies(signature, of: "\(parts[0].dropFirst("Bearer ".count)).\(parts[1])".utf8)
        else { return nil }
        (self.header, self.claims) = (header, claims)
    }

    private static func decoded(_ text: Substring) -> Data? {
        let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Data(
            base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding)
    }
}
