import Digests
import Foundation
import Storage

/// Hands out telephone credentials: asks the controller on the first time, the database ever after.
actor CredentialDesk {
    private let database: Database
    private let seal: SecretSeal
    private let controller: ControllerPort
    private let now: @Sendable () -> Int64
    /// Questions that are on their way, so that two browsers of one employee ask once.
    private var running: [EmployeeID: Task<JSONValue, any Error>] = [:]

    init(database: Database, seal: SecretSeal, controller: ControllerPort, now: @escaping @Sendable () -> Int64) {
        self.database = database
        self.seal = seal
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
        let text = try await database.read { transaction in
            try transaction.queryOne(
                "SELECT answer FROM phone_credentials WHERE employee_id = ?", [.integer(employee.rawValue)]
            )?.text("answer")
        }
        guard let text else { return nil }
        // Answers from before there was a storage key stand open.
        let answer = SecretSeal.isSealed(text) ? try seal.open(text, for: Self.place(employee)) : text
        return try JSONValue(parsing: Data(answer.utf8))
    }

    private func obtain(_ employee: EmployeeID) async throws -> JSONValue {
        // The question before this one may have ended between our look into the database and now.
        if let stored = try await stored(employee) { return stored }
        return try await keep(
            try await controller.ask("GetUser", ["USER_ID": .integer(employee.rawValue)]), of: employee)
    }

    /// Has one device of the employee changed at the controller, and keeps what it says then.
    ///
    /// A registration that does not fit any more is ended by the voice platform.
    func change(_ device: PhoneDevice, _ change: PhoneChange, of employee: EmployeeID) async throws -> JSONValue {
        let answer = try await controller.ask(
            change.command, ["USER_ID": .integer(employee.rawValue), "DEVICE": .text(device.name)])
        return try await keep(answer, of: employee)
    }

    /// Shuts out the phones of somebody who was switched off, or lets them in again; who never had any needs nothing.
    static func admit(_ isAdmitted: Bool, _ employee: EmployeeID, in transaction: Transaction) throws {
        let found = try transaction.queryOne(
            "SELECT employee_id FROM phone_credentials WHERE employee_id = ?", [.integer(employee.rawValue)])
        guard found != nil else { return }
        let change = isAdmitted ? PhoneChange.enable : .disable
        for device in PhoneDevice.allCases {
            try Outbox.add(
                change.command, ["USER_ID": .integer(employee.rawValue), "DEVICE": .text(device.name)],
                to: transaction)
        }
    }

    /// Forgets the phones of somebody who has left, and has the controller take their logins away; he gets others if he returns.
    static func remove(_ employee: EmployeeID, in transaction: Transaction) throws {
        try transaction.execute(
            "DELETE FROM phone_credentials WHERE employee_id = ?", [.integer(employee.rawValue)])
        try Outbox.add("RemoveUser", ["USER_ID": .integer(employee.rawValue)], to: transaction)
    }

    private func keep(_ answer: JSONValue, of employee: EmployeeID) async throws -> JSONValue {
        let credentials = try Self.credentials(answer)
        let text = seal.seal(
            String(decoding: try credentials.encoded(), as: UTF8.self), for: Self.place(employee))
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
        let flags = ["user_enabled", "phone_enabled"]
        guard case .object(let fields) = answer else {
            throw .unavailable("the controller's answer to GetUser is no object")
        }
        for name in names {
            guard case .text(let text)? = fields[name], !text.isEmpty else {
                throw .unavailable("the controller's answer to GetUser has no \(name)")
            }
        }
        return .object(fields.filter { names.contains($0.key) || flags.contains($0.key) })
    }

    /// Where an employee's credentials lie, for which they are sealed.
    static func place(_ employee: EmployeeID) -> String { "phone_credentials.answer/\(employee.rawValue)" }
}
