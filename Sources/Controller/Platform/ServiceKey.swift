import Digests
import Foundation

/// The key of a service account at the voice platform, from the file that the platform gives once.
///
/// It signs tokens with RS256 (RFC 7518, 3.3); a master's key signs for its children as well, with their identifier in
/// `iss` (management API, authentication).
public struct ServiceKey: Sendable, Hashable {
    /// The account to which the key belongs.
    public let accountID: Int64
    /// `kid` of its tokens.
    public let id: String
    private let key: RSAPrivateKey

    private struct File: Decodable {
        let account: Int64
        let key: String
        let privateKey: String

        enum CodingKeys: String, CodingKey {
            case account = "account_id"
            case key = "key_id"
            case privateKey = "private_key"
        }
    }

    private struct Wrapped: Decodable { let result: File }

    /// Reads a key file, which nobody but its owner may read.
    public init(contentsOfFile path: String) throws(ServiceKeyError) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let data = try? Data(contentsOf: URL(filePath: path))
        else { throw .unreadable(path: path) }
        let permissions = (attributes[.posixPermissions] as? Int) ?? 0o777
        guard permissions & 0o077 == 0 else { throw .tooOpen(path: path, permissions: permissions) }
        guard let key = ServiceKey(json: data) else { throw .malformed(path: path) }
        self = key
    }

    /// The text of a key file: an object, or one inside `result`, as an answer of `CreateKey` has it.
    init?(json: Data) {
        let decoder = JSONDecoder()
        guard
            let file = (try? decoder.decode(File.self, from: json))
                ?? (try? decoder.decode(Wrapped.self, from: json))?.result,
            file.account > 0, !file.key.isEmpty, let key = RSAPrivateKey(pem: file.privateKey)
        else { return nil }
        (accountID, id, self.key) = (file.account, file.key, key)
    }

    /// A token for an account: the key's own or a child of it.
    ///
    /// - Parameters:
    ///   - issuedAt: In seconds since 1970.
    ///   - life: In seconds; the platform takes at most 3600.
    func token(for account: Int64, issuedAt: Int64, life: Int64) throws(RSAError) -> String {
        let header: JSONValue = ["alg": "RS256", "typ": "JWT", "kid": .text(id)]
        let claims: JSONValue = [
            "iss": .integer(account), "iat": .integer(issuedAt), "exp": .integer(issuedAt + life),
        ]
        let text = "\(Self.base64(header.encoded.utf8)).\(Self.base64(claims.encoded.utf8))"
        return "\(text).\(Self.base64(try key.signature(of: Array(text.utf8))))"
    }

    /// The alphabet of URLs, without padding (RFC 4648, 5).
    private static func base64(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// Why a service account's key file cannot be used.
public enum ServiceKeyError: Error, Sendable, Equatable, CustomStringConvertible {
    case unreadable(path: String)
    case tooOpen(path: String, permissions: Int)
    case malformed(path: String)

    public var description: String {
        switch self {
        case .unreadable(let path):
            "The key file \(path) cannot be read; put the file there that the voice platform gave for the service account."
        case .tooOpen(let path, let permissions):
            "The key file \(path) has the permissions \(String(permissions, radix: 8)), so others can read it; "
                + "expected 600 or 400: chmod 600."
        case .malformed(let path):
            "The key file \(path) is no service account's key; expected JSON with account_id, key_id and private_key, "
                + "an RSA key of 2048 bits or more in PEM: make a new one at the voice platform."
        }
    }
}
