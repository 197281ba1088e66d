import Digests
import Storage

/// Sessions of logged-in employees; the database holds digests, never the tokens.
struct SessionStore {
    static let lifeSeconds: Int64 = 14 * 86400

    let transaction: Transaction

    /// Starts a session; the token is shown once, here.
    func start(_ employee: EmployeeID, now: Int64) throws -> String {
        let token = Hexadecimal.encode(SecureRandom.bytes(32))
        try transaction.execute("DELETE FROM session WHERE expires_at < ?", [.integer(now)])
        try transaction.execute(
            "INSERT INTO session (token_digest, employee_id, expires_at) VALUES (?, ?, ?)",
            [.text(Self.digest(token)), .integer(employee.rawValue), .integer(now + Self.lifeSeconds)])
        return token
    }

    func employee(token: String, now: Int64) throws -> EmployeeID? {
        let row = try transaction.queryOne(
            "SELECT employee_id FROM session WHERE token_digest = ? AND expires_at >= ?",
            [.text(Self.digest(token)), .integer(now)])
        return try row.map { EmployeeID(rawValue: try $0.integer("employee_id")) }
    }

    func end(token: String) throws {
        try transaction.execute("DELETE FROM session WHERE token_digest = ?", [.text(Self.digest(token))])
    }

    private static func digest(_ token: String) -> String { HashFunction.sha256.hexDigest(token) }
}
