import PhoneNumbers
import Storage

/// The cards of one section in an open transaction.
struct CardStore {
    let kind: CardKind
    let transaction: Transaction

    /// Cards by id, those after `after` first.
    func list(after: Int64, limit: Int) throws -> [Card] {
        try transaction.query(
            "SELECT * FROM \(kind.table) WHERE id > ? ORDER BY id LIMIT ?", [.integer(after), .integer(limit)]
        ).map(card)
    }

    func find(_ id: CardID) throws -> Card? {
        try transaction.queryOne("SELECT * FROM \(kind.table) WHERE id = ?", [.integer(id.rawValue)]).map(card)
    }

    func find(_ number: PhoneNumber) throws -> [Card] {
        try transaction.query(
            """
            SELECT * FROM \(kind.table) WHERE id IN (SELECT card_id FROM card_phone WHERE kind = ? AND number = ?)
            ORDER BY id LIMIT 100
            """, [.text(kind.rawValue), .text(number.digits)]
        ).map(card)
    }

    func find(createdBy call: CallID) throws -> Card? {
        try transaction.queryOne("SELECT * FROM \(kind.table) WHERE created_by_call = ?", [.text(call.rawValue)])
            .map(card)
    }

    func add(_ input: CardInput, id: CardID? = nil, call: CallID? = nil, now: Int64) throws -> CardID {
        var values = Self.values(input)
        values.append(("created_at", .integer(now)))
        values.append(("created_by_call", .optional(call?.rawValue)))
        if let id { values.append(("id", .integer(id.rawValue))) }
        let names = values.map(\.0).joined(separator: ", ")
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        let row = try transaction.queryOne(
            "INSERT INTO \(kind.table) (\(names)) VALUES (\(marks)) RETURNING id", values.map(\.1))
        guard let row else { throw StorageError(code: .statementFailed, message: "the new card has no id") }
        let new = CardID(rawValue: try row.integer("id"))
        try replacePhones(of: new, input.phones ?? [])
        return new
    }

    func change(_ id: CardID, _ input: CardInput) throws {
        let values = Self.values(input)
        if !values.isEmpty {
            let assignments = values.map { "\($0.0) = ?" }.joined(separator: ", ")
            try transaction.execute(
                "UPDATE \(kind.table) SET \(assignments) WHERE id = ?", values.map(\.1) + [.integer(id.rawValue)])
        }
        if let phones = input.phones { try replacePhones(of: id, phones) }
    }

    func delete(_ id: CardID) throws {
        try replacePhones(of: id, [])
        try transaction.execute("DELETE FROM \(kind.table) WHERE id = ?", [.integer(id.rawValue)])
    }

    private func replacePhones(of id: CardID, _ phones: [PhoneNumber]) throws {
        let key: [SQLValue] = [.text(kind.rawValue), .integer(id.rawValue)]
        try transaction.execute("DELETE FROM card_phone WHERE kind = ? AND card_id = ?", key)
        for phone in phones {
            try transaction.execute(
                "INSERT INTO card_phone (kind, card_id, number) VALUES (?, ?, ?)", key + [.text(phone.digits)])
        }
    }

    private static func values(_ input: CardInput) -> [(String, SQLValue)] {
        var values: [(String, SQLValue)] = []
        if let name = input.name { values.append(("name", .text(name))) }
        if let id = input.responsible { values.append(("responsible_id", .optional(id?.rawValue))) }
        if let id = input.callManager { values.append(("call_manager_id", .optional(id?.rawValue))) }
        if let id = input.temporaryManager { values.append(("temporary_manager_id", .optional(id?.rawValue))) }
        if let time = input.temporaryUntil { values.append(("temporary_until", .optional(time))) }
        return values
    }

    private func card(_ row: Row) throws -> Card {
        let id = CardID(rawValue: try row.integer("id"))
        let phones = try transaction.query(
            "SELECT number FROM card_phone WHERE kind = ? AND card_id = ? ORDER BY number",
            [.text(kind.rawValue), .integer(id.rawValue)])
        func employee(_ column: String) throws -> EmployeeID? {
            try row.optionalInteger(column).map(EmployeeID.init)
        }
        return Card(
            kind: kind, id: id, name: try row.text("name"),
            phones: try phones.compactMap { PhoneNumber(digits: try $0.text("number")) },
            responsible: try employee("responsible_id"), callManager: try employee("call_manager_id"),
            temporaryManager: try employee("temporary_manager_id"),
            temporaryUntil: try row.optionalInteger("temporary_until"), createdAt: try row.integer("created_at"),
            createdByCall: try row.optionalText("created_by_call"))
    }
}
