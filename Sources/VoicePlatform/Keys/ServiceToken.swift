import Digests
import Foundation

/// A JSON web token of a service account, signed with RS256 (RFC 7519, RFC 7518).
///
/// Reading one proves nothing; ``isSigned(by:)`` and ``checkTimes(now:)`` do.
struct ServiceToken: Sendable, Equatable {
    /// `kid` of the header.
    let keyID: ServiceKeyID
    /// `iss`: the account for which the holder acts.
    let accountID: Int64
    /// Seconds since 1970.
    let issuedAt: Int64
    let expiresAt: Int64
    private let signedText: String
    private let signature: [UInt8]

    /// How long after its `iat` a token may expire.
    static let maximumLifetime: Int64 = 3600
    /// How far the clocks of both sides may differ.
    static let clockSkew: Int64 = 30
    private static let maximumLength = 4096
    private static let malformed = APIError(code: 447, message: "The token has a wrong format.")

    private struct Header: Decodable {
        let alg: String
        let kid: String
    }

    private struct Claims: Decodable {
        let iss: Issuer
        let iat: Int64
        let exp: Int64
    }

    /// The account's id; clients send it as a number or as its text.
    private struct Issuer: Decodable {
        let id: Int64

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int64.self) {
                id = number
            } else if let number = Int64(try container.decode(String.self)) {
                id = number
            } else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "no account id")
            }
        }
    }

    /// - Throws: ``APIError`` 447 for anything that is no such token, one that asks for another algorithm too.
    init(_ text: String) throws(APIError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.maximumLength, parts.count == 3,
            let head = Base64URL.decode(parts[0]), let body = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2]),
            let header = try? JSONDecoder().decode(Header.self, from: Data(head)), header.alg == "RS256",
            let claims = try? JSONDecoder().decode(Claims.self, from: Data(body))
        else { throw Self.malformed }
        keyID = ServiceKeyID(rawValue: header.kid)
        accountID = claims.iss.id
        (issuedAt, expiresAt) = (claims.iat, claims.exp)
        signedText = "\(parts[0]).\(parts[1])"
        self.signature = signature
    }

    func isSigned(by key: RSAPublicKey) -> Bool { key.verifies(signature, of: signedText.utf8) }

    /// - Throws: ``APIError`` 454 for a token that lives too long, 455 for one of the future, 456 for one that has expired.
    func checkTimes(now: UnixTime) throws(APIError) {
        let (lifetime, overflow) = expiresAt.subtractingReportingOverflow(issuedAt)
        guard !overflow, lifetime <= Self.maximumLifetime else {
            throw APIError(code: 454, message: "The token lives longer than \(Self.maximumLifetime) s.")
        }
        guard issuedAt <= now.seconds + Self.clockSkew else {
            throw APIError(code: 455, message: "The token was issued in the future.")
        }
        guard expiresAt > now.seconds else { throw APIError(code: 456, message: "The token has expired.") }
    }
}

/// Base64 with the alphabet of URLs and without padding (RFC 4648, 5).
enum Base64URL {
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "=") })
        else { return nil }
        let usual = String(text).replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - usual.utf8.count % 4) % 4)
        return Data(base64Encoded: usual + padding).map { [UInt8]($0) }
    }
}
