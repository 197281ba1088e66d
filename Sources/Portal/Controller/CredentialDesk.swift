import Foundation
import Storage

/// Hands out telephone credentials: asks the controller on the first time, the database ever after.
actor CredentialDesk {
    private let database: Database
    private let controller: ControllerPort
    private let now: @Sendable () -> Int64
    /// Questions that are on their way, so that two browsers of one employee ask once.
    private var running: [EmployeeID: Task<JSONValue, any Error>] = [:]

    init(database: Database, controller: ControllerPort, now: @escaping @Sendable () -> Int64) {
        self.database = database
        self.controller = controller
        self.now = now
    }

    /// The controller's answer to `GetUser`: logins and passwords of both devices, domain, SIP server.
    func credentials(of employee: EmployeeID) async throws -> JSONValue {
        if let stored = try await stored(employee) { return stored }
        if let running = running[employee] { return try await running.value }
        // Not a child: a browser that goes away must not take the answer from the others who wait for it.
        let task = Task { try await obtain(employee) }
        running[employee] = task
        defer { running[employee] = nil }
        return try await task.value
    }

    private func stored(_ employee: EmployeeID) async throws -> JSONValue? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT answer FROM phone_credentials WHERE employee_id = ?", [.integer(employee.rawValue)]
            ).map { try JSONValue(parsing: Data(try $0.text("answer").utf8)) }
        }
    }

    private func obtain(_ employee: EmployeeID) async throws -> JSONValue {
        // The question before this one may have ended between our look into the database and now.
        if let stored = try await stored(employee) { return stored }
        let answer = try await controller.ask("GetUser", ["USER_ID": .integer(employee.rawValue)])
        let credentials = try Self.credentials(answer)
        let text = String(decoding: try credentials.encoded(), as: UTF8.self)
        let now = now()
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO phone_credentials (employee_id, answer, obtained_at) VALUES (?, ?, ?)
                ON CONFLICT (employee_id) DO UPDATE SET answer = excluded.answer, obtained_at = excluded.obtained_at
                """, [.integer(employee.rawValue), .text(text), .integer(now)])
        }
        return credentials
    }

    /// The agreed fields and no others; an answer without them must not be stored.
    private static func credentials(_ answer: JSONValue) throws(ControllerFailure) -> JSONValue {
        let names = ["user_login", "user_password", "phone_login", "phone_password", "domain", "sip_server"]
        guard case .object(let fields) = answer else {
            throw .unavailable("the controller's answer to GetUser is no object")
        }
        for name in names {
            guard case .text(let text)? = fields[name], !text.isEmpty else {
                throw .unavailable("the controller's answer to GetUser has no \(name)")
            }
        }
        return .object(fields.filter { names.contains($0.key) })
    }
}
