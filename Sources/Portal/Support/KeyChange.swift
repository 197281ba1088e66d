import Storage

/// That a person of the operator has given this portal another licence key.
///
/// Whoever gave it has it in the hand, and can ask the controller for calls and settings in the portal's name; an
/// administrator who has not asked for a new key wants to know.
struct KeyChange: Sendable, Hashable {
    let id: String
    let person: String
    let at: Int64
    /// Until when the key before is accepted; nil when it is not any more.
    let formerUntil: Int64?

    var json: JSONValue {
        [
            "id": .text(id), "person": .text(person), "at": .integer(at),
            "former_key_until": formerUntil.map(JSONValue.integer) ?? .null,
        ]
    }
}

extension KeyChange {
    /// - Throws: ``InputError`` that names the wrong field.
    init(_ input: InputReader) throws(InputError) {
        self.init(
            id: try input.grantID("CHANGE_ID"), person: try input.text("PERSON", 1...64),
            at: try input.integer("AT", 0...1 << 40),
            formerUntil: try input.optionalInteger("FORMER_KEY_UNTIL", 0...1 << 40))
    }

    init(_ row: Row) throws {
        self.init(
            id: try row.text("change_id"), person: try row.text("person"), at: try row.integer("at"),
            formerUntil: try row.optionalInteger("former_until"))
    }
}
