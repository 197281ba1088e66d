import Digests
import PhoneNumbers
import Storage

/// Employees in an open transaction.
struct EmployeeStore {
    let transaction: Transaction

    private static let columns =
        "id, name, login, extension, own_phone, have_phone, workday_open, is_admin, is_active, last_activity"

    func all() throws -> [Employee] {
        try transaction.query("SELECT \(Self.columns) FROM employee ORDER BY id").map(Self.employee)
    }

    func find(_ id: EmployeeID) throws -> Employee? {
        try transaction.queryOne("SELECT \(Self.columns) FROM employee WHERE id = ?", [.integer(id.rawValue)])
            .map(Self.employee)
    }

    /// The employee and his stored password, if he may log in.
    func credentials(login: String) throws -> (employee: Employee, password: String)? {
        let row = try transaction.queryOne(
            "SELECT \(Self.columns), password FROM employee WHERE login = ? AND is_active = 1", [.text(login)])
        return try row.map { (try Self.employee($0), try $0.text("password")) }
    }

    /// Adds an employee; `id` is given by the seed file only.
    func add(_ input: EmployeeInput, password: PasswordHash, id: EmployeeID?) throws -> EmployeeID {
        let values: [(String, SQLValue)] = [
            ("name", .text(input.name ?? "")), ("login", .text(input.login ?? "")), ("password", .text(password.text)),
            ("extension", .optional(input.extension ?? nil)), ("own_phone", .optional((input.ownPhone ?? nil)?.digits)),
            ("have_phone", .flag(input.havePhone ?? false)), ("workday_open", .flag(input.workdayOpen ?? true)),
            ("is_admin", .flag(input.isAdmin ?? false)), ("is_active", .flag(input.isActive ?? true)),
        ]
        let all = values + (id.map { [("id", SQLValue.integer($0.rawValue))] } ?? [])
        let names = all.map(\.0).joined(separator: ", ")
        let marks = all.map { _ in "?" }.joined(separator: ", ")
        let row = try transaction.queryOne(
            "INSERT INTO employee (\(names)) VALUES (\(marks)) RETURNING id", all.map(\.1))
        guard let row else { throw StorageError(code: .statementFailed, message: "the new employee has no id") }
        return EmployeeID(rawValue: try row.integer("id"))
    }

    /// Changes the fields that `input` names; a new password or deactivation ends his sessions.
    func change(_ id: EmployeeID, _ input: EmployeeInput, password: PasswordHash?) throws {
        var values: [(String, SQLValue)] = []
        if let name = input.name { values.append(("name", .text(name))) }
        if let login = input.login { values.append(("login", .text(login))) }
        if let password { values.append(("password", .text(password.text))) }
        if let number = input.extension { values.append(("extension", .optional(number))) }
        if let phone = input.ownPhone { values.append(("own_phone", .optional(phone?.digits))) }
        if let flag = input.havePhone { values.append(("have_phone", .flag(flag))) }
        if let flag = input.workdayOpen { values.append(("workday_open", .flag(flag))) }
        if let flag = input.isAdmin { values.append(("is_admin", .flag(flag))) }
        if let flag = input.isActive { values.append(("is_active", .flag(flag))) }
        guard !values.isEmpty else { return }
        let assignments = values.map { "\($0.0) = ?" }.joined(separator: ", ")
        try transaction.execute(
            "UPDATE employee SET \(assignments) WHERE id = ?", values.map(\.1) + [.integer(id.rawValue)])
        if password != nil || input.isActive == false {
            try transaction.execute("DELETE FROM session WHERE employee_id = ?", [.integer(id.rawValue)])
        }
    }

    func wasActive(_ id: EmployeeID, at now: Int64) throws {
        try transaction.execute(
            "UPDATE employee SET last_activity = ? WHERE id = ?", [.integer(now), .integer(id.rawValue)])
    }

    private static func employee(_ row: Row) throws -> Employee {
        Employee(
            id: EmployeeID(rawValue: try row.integer("id")), name: try row.text("name"), login: try row.text("login"),
            extension: try row.optionalText("extension"),
            ownPhone: try row.optionalText("own_phone").flatMap(PhoneNumber.init(digits:)),
            havePhone: try row.flag("have_phone"), workdayOpen: try row.flag("workday_open"),
            isAdmin: try row.flag("is_admin"), isActive: try row.flag("is_active"),
            lastActivity: try row.optionalInteger("last_activity"))
    }
}
