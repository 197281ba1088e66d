import CallControl
import Digests
import Foundation

/// Signs the addresses of recordings and logs for a time, so that who has one needs no key.
struct URLSigning: Sendable, Equatable {
    private let key: [UInt8]

    /// - Parameter key: 32 random octets that nobody else knows.
    init(key: [UInt8]) { self.key = key }

    /// A key that is forgotten with the process.
    static func ephemeral() -> URLSigning { URLSigning(key: SecureRandom.bytes(32)) }

    /// The key that lies in the data directory; made at the first start.
    ///
    /// - Throws: ``VoicePlatformError/dataDirectory(path:reason:)``.
    static func stored(in directory: String) throws(VoicePlatformError) -> URLSigning {
        let path = "\(directory)/url-signing.key"
        if let text = try? String(contentsOfFile: path, encoding: .utf8) {
            guard let key = Hexadecimal.decode(text.filter { !$0.isWhitespace }), key.count == 32 else {
                throw .dataDirectory(
                    path: path, reason: "expected 64 hexadecimal digits; delete the file to make it anew")
            }
            return URLSigning(key: key)
        }
        let key = SecureRandom.bytes(32)
        let isWritten = FileManager.default.createFile(
            atPath: path, contents: Data(Hexadecimal.encode(key).utf8), attributes: [.posixPermissions: 0o600])
        guard isWritten else { throw .dataDirectory(path: path, reason: "the file cannot be written") }
        return URLSigning(key: key)
    }

    /// The query that opens `path` until `expiry`, for a file of `account`.
    func query(path: String, account: AccountID, until expiry: UnixTime) -> String {
        let signature = signature(path: path, account: account.rawValue, expiry: expiry.seconds)
        return "account_id=\(account.rawValue)&expires=\(expiry.seconds)&signature=\(signature)"
    }

    /// Whether a query opens a path of the account now.
    func permits(_ query: [String: String], path: String, account: AccountID, now: UnixTime) -> Bool {
        guard let given = query["signature"], let text = query["expires"], let expiry = Int64(text),
            expiry > now.seconds
        else { return false }
        let expected = signature(path: path, account: account.rawValue, expiry: expiry)
        return ConstantTime.equal(given.utf8, expected.utf8)
    }

    private func signature(path: String, account: Int64, expiry: Int64) -> String {
        Hexadecimal.encode(
            HashFunction.sha256.authenticationCode("\(path)\n\(account)\n\(expiry)".utf8, key: key))
    }
}
