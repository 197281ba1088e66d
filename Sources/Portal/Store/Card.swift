import PhoneNumbers

/// A contact, company or lead of the CRM.
struct Card: Sendable, Hashable {
    var kind: CardKind
    var id: CardID
    var name: String
    var phones: [PhoneNumber]
    var responsible: EmployeeID?
    /// Gets the client's calls instead of the responsible.
    var callManager: EmployeeID?
    /// Gets them until `temporaryUntil`.
    var temporaryManager: EmployeeID?
    var temporaryUntil: Int64?
    var createdAt: Int64
    /// The call that made a lead of an unknown caller.
    var createdByCall: String?

    var json: JSONValue {
        [
            "id": .integer(id.rawValue), "name": .text(name), "phones": .list(phones.map { .text($0.digits) }),
            "responsible_id": .optional(responsible?.rawValue), "call_manager_id": .optional(callManager?.rawValue),
            "temporary_manager_id": .optional(temporaryManager?.rawValue),
            "temporary_until": .optional(temporaryUntil), "created_at": .integer(createdAt),
            "created_by_call": .optional(createdByCall),
        ]
    }
}

/// What a request or the seed file says about a card; nil leaves a field as it is, an inner nil removes it.
struct CardInput {
    static let fields = [
        "name", "phones", "responsible_id", "call_manager_id", "temporary_manager_id", "temporary_until",
    ]
    static let mostPhones = 20

    var name: String?
    var phones: [PhoneNumber]?
    var responsible: EmployeeID??
    var callManager: EmployeeID??
    var temporaryManager: EmployeeID??
    var temporaryUntil: Int64??

    init(_ input: InputReader, region: Region, isNew: Bool) throws(InputError) {
        name = isNew ? try input.text("name", 1...300) : try input.optionalText("name", 1...300)
        phones = try input.phones("phones", region: region, atMost: Self.mostPhones)
        responsible = try Self.employee("responsible_id", input)
        callManager = try Self.employee("call_manager_id", input)
        temporaryManager = try Self.employee("temporary_manager_id", input)
        if input.has("temporary_until") {
            temporaryUntil = .some(try input.optionalInteger("temporary_until", 0...32_503_680_000))
        }
    }

    /// A lead of a caller whom nobody knows.
    init(name: String, phone: PhoneNumber, responsible: EmployeeID?) {
        self.name = name
        phones = [phone]
        self.responsible = .some(responsible)
    }

    private static func employee(_ key: String, _ input: InputReader) throws(InputError) -> EmployeeID?? {
        guard input.has(key) else { return nil }
        return .some(try input.optionalInteger(key, EmployeeID.allowed).map(EmployeeID.init))
    }
}
