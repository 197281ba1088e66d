import PhoneNumbers

/// Somebody who works in the company.
struct Employee: Sendable, Hashable {
    var id: EmployeeID
    var name: String
    var login: String
    /// Internal number; leading zeros count.
    var `extension`: String?
    /// His own phone, outside the company.
    var ownPhone: PhoneNumber?
    /// Whether a desk phone is set up for him.
    var havePhone: Bool
    /// Whether his working day is open.
    var workdayOpen: Bool
    /// Whether he may change employees and lines.
    var isAdmin: Bool
    /// Whether he may log in and be called; nobody is deleted, calls and cards refer to him.
    var isActive: Bool
    var lastActivity: Int64?

    /// What colleagues see.
    var json: JSONValue {
        [
            "id": .integer(id.rawValue), "name": .text(name), "login": .text(login),
            "extension": .optional(self.extension), "own_phone": .optional(ownPhone?.digits),
            "have_phone": .flag(havePhone), "workday_open": .flag(workdayOpen), "admin": .flag(isAdmin),
            "active": .flag(isActive),
        ]
    }
}

/// What a request or the seed file says about an employee; nil leaves a field as it is.
struct EmployeeInput {
    static let fields = [
        "name", "login", "password", "extension", "own_phone", "have_phone", "workday_open", "admin", "active",
    ]

    var name: String?
    var login: String?
    var password: String?
    /// The outer nil leaves it, the inner nil removes it.
    var `extension`: String??
    var ownPhone: PhoneNumber??
    var havePhone: Bool?
    var workdayOpen: Bool?
    var isAdmin: Bool?
    var isActive: Bool?

    init(_ input: InputReader, region: Region, isNew: Bool) throws(InputError) {
        name = isNew ? try input.text("name", 1...200) : try input.optionalText("name", 1...200)
        login = isNew ? try input.text("login", 1...64) : try input.optionalText("login", 1...64)
        password = isNew ? try input.text("password", 8...200) : try input.optionalText("password", 8...200)
        if input.has("extension") { self.extension = .some(try Self.extensionNumber(input)) }
        if input.has("own_phone") { ownPhone = .some(try input.optionalPhone("own_phone", region: region)) }
        havePhone = try input.optionalFlag("have_phone")
        workdayOpen = try input.optionalFlag("workday_open")
        isAdmin = try input.optionalFlag("admin")
        isActive = try input.optionalFlag("active")
    }

    private static func extensionNumber(_ input: InputReader) throws(InputError) -> String? {
        guard let text = try input.optionalText("extension", 0...8), !text.isEmpty else { return nil }
        guard ExtensionNumber(digits: text) != nil else {
            throw input.wrong("extension", "1 to 8 digits", "another character")
        }
        return text
    }
}
