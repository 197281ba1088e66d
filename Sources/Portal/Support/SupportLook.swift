import Storage

/// What somebody of the support has looked at, as the controller has written it down.
struct SupportLook: Sendable, Hashable {
    let id: String
    let request: String
    let person: String
    /// `calls`, `call`, `log`, `recording`, `lines`, `line`, `account`, or what a later controller knows.
    let act: String
    /// Which call, line or search.
    let object: String
    let at: Int64

    var json: JSONValue {
        [
            "id": .text(id), "request": .text(request), "person": .text(person), "act": .text(act),
            "object": .text(object), "at": .integer(at),
        ]
    }
}

extension SupportLook {
    /// - Throws: ``InputError`` that names the wrong field.
    init(_ input: InputReader) throws(InputError) {
        self.init(
            id: try input.grantID("LOOK_ID"), request: try input.grantID("GRANT_ID"),
            person: try input.text("PERSON", 1...64), act: try input.text("ACT", 1...40),
            object: try input.optionalText("OBJECT", 0...400) ?? "", at: try input.integer("AT", 0...1 << 40))
    }

    init(_ row: Row) throws {
        self.init(
            id: try row.text("look_id"), request: try row.text("grant_id"), person: try row.text("person"),
            act: try row.text("act"), object: try row.text("object"), at: try row.integer("at"))
    }
}
