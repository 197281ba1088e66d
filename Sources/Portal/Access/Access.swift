import Digests
import Storage
import Synchronization

/// Says who an employee is: by login and password once, by the session's token afterwards.
final class Access: Sendable {
    /// Activity is written at most this often for each employee.
    private static let activityPause: Int64 = 30

    private let database: Database
    private let now: @Sendable () -> Int64
    private let attempts = Mutex(LoginGuard())
    /// Stands in for an unknown login, so that it takes as long as a known one.
    private let nobody: PasswordHash

    init(database: Database, iterations: Int, now: @escaping @Sendable () -> Int64) {
        self.database = database
        self.now = now
        nobody = PasswordHash(password: Hexadecimal.encode(SecureRandom.bytes(16)), iterations: iterations)
    }

    /// Starts a session.
    ///
    /// - Throws: ``PortalRefusal`` with the same words for an unknown login and a wrong password.
    func logIn(_ login: String, _ password: String) async throws -> (token: String, employee: Employee) {
        let now = now()
        if let seconds = attempts.withLock({ $0.wait(login, now: now) }) {
            throw PortalRefusal(.tooManyAttempts, "too many wrong passwords; try again in \(seconds) s")
        }
        let found = try await database.read { transaction in
            try EmployeeStore(transaction: transaction).credentials(login: login)
        }
        let hash = found.flatMap { PasswordHash(text: $0.password) } ?? nobody
        // On a thread of its own: it is slow on purpose, and others wait for this one.
        let isRight = await Task.detached { hash.matches(password) }.value
        guard isRight, let employee = found?.employee else {
            attempts.withLock { $0.failed(login, now: now) }
            throw PortalRefusal(.wrongLogin, "login or password is wrong")
        }
        attempts.withLock { $0.succeeded(login) }
        let token = try await database.write { transaction in
            try EmployeeStore(transaction: transaction).wasActive(employee.id, at: now)
            return try SessionStore(transaction: transaction).start(employee.id, now: now)
        }
        return (token, employee)
    }

    func logOut(_ token: String) async throws {
        try await database.write { try SessionStore(transaction: $0).end(token: token) }
    }

    /// The active employee whose session it is.
    ///
    /// - Throws: ``PortalRefusal`` with code `noSession`.
    func employee(token: String?) async throws -> Employee {
        let now = now()
        let employee = try await database.read { transaction -> Employee? in
            guard let token, let id = try SessionStore(transaction: transaction).employee(token: token, now: now) else {
                return nil
            }
            return try EmployeeStore(transaction: transaction).find(id)
        }
        guard let employee, employee.isActive else {
            throw PortalRefusal(.noSession, "log in first: POST /api/login with login and password")
        }
        if now - (employee.lastActivity ?? 0) >= Self.activityPause {
            try await database.write { try EmployeeStore(transaction: $0).wasActive(employee.id, at: now) }
        }
        return employee
    }
}
