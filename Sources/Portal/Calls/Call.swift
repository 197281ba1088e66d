/// A call that the portal has heard of.
struct Call: Sendable, Hashable {
    enum Status: String, Sendable {
        case waiting
        case connected
        case finished
    }

    var id: CallID
    var line: String
    var caller: String
    var status: Status
    /// Who is rung or talks.
    var employee: EmployeeID?
    var typeConnect: String
    /// The caller's card as the employee sees it, null for an unknown caller.
    var card: JSONValue
    var createdAt: Int64
    /// The number of the last step that the portal knows; news of an earlier one is old.
    var step: Int64 = 0

    /// What an employee's browser is told.
    func json(lineTitle: String) -> JSONValue {
        [
            "callId": .text(id.rawValue), "callerId": .text(caller), "phoneNumber": .text(lineTitle),
            "typeConnect": .text(typeConnect), "crm": card,
        ]
    }
}

/// The last message of a call, as the controller sends it.
struct CallRecord: Sendable {
    var id: CallID
    var line: String
    var caller: String
    var employee: EmployeeID?
    var isSuccess: Bool
    var failureCode: String?
    var duration: Int64
    var hasRecording: Bool
    /// A later one takes the place of an earlier one.
    var revision: Int64
    /// All fields as they came, JSON.
    var fields: String

    init(_ input: InputReader, source: JSONValue) throws {
        id = try input.callID()
        let number = try input.loose("PORTAL_NUMBER", atMost: 255)
        line = try input.loose("ACCOUNT_SEARCH_ID", atMost: 255) ?? number ?? ""
        caller = try input.loose("PHONE_NUMBER", atMost: 255) ?? ""
        employee = try input.employee("PORTAL_USER_ID")
        isSuccess = try input.loose("CALL_STATUS", atMost: 10) == "true"
        failureCode = try input.loose("CALL_FAILED_CODE", atMost: 255)
        duration =
            try input.loose("CALL_DURATION", atMost: 20).flatMap { Int64($0) }.map { min(max($0, 0), 864_000) } ?? 0
        hasRecording = try input.loose("HAS_RECORDING", atMost: 10) == "Y"
        revision = try input.loose("REVISION", atMost: 10).flatMap { Int64($0) } ?? 1
        fields = String(decoding: try source.encoded(), as: UTF8.self)
    }
}

extension InputReader {
    func callID() throws(InputError) -> CallID {
        guard let id = CallID(rawValue: try text("CALL_ID", 1...255)) else {
            throw wrong("CALL_ID", "printable characters without blanks", "another character")
        }
        return id
    }

    /// The number of a call's step, 0 when the news has none: then it counts as the latest.
    func step() throws(InputError) -> Int64 { try loose("STEP", atMost: 20).flatMap { Int64($0) } ?? 0 }

    /// An employee's number as integer or text; nil for nothing, an empty text and 0.
    func employee(_ key: String) throws(InputError) -> EmployeeID? {
        guard let text = try loose(key, atMost: 12), !text.isEmpty, text != "0" else { return nil }
        guard let id = Int64(text), EmployeeID.allowed.contains(id) else {
            throw wrong(key, "the id of an employee", "another text")
        }
        return EmployeeID(rawValue: id)
    }

    /// A text, or a number or truth value in its place.
    func loose(_ key: String, atMost length: Int) throws(InputError) -> String? {
        let text: String
        switch self[key] {
        case nil: return nil
        case .text(let value): text = value
        case .integer(let value): return String(value)
        case .real(let value): return String(value)
        case .flag(let value): return value ? "true" : "false"
        case let value?: throw wrong(key, "a text or a number", value.typeName)
        }
        let count = text.unicodeScalars.count
        guard count <= length else { throw wrong(key, "at most \(length) characters", "\(count)") }
        guard !text.unicodeScalars.contains("\0") else { throw wrong(key, "a text without the character 0", "one") }
        return text
    }
}
