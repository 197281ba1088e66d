import Storage

/// Changes of lines together with the messages that tell the controller of them.
enum LineDesk {
    @discardableResult
    static func add(_ id: SearchID, _ input: LineInput, in transaction: Transaction) throws -> Line {
        let line = try LineStore(transaction: transaction).add(id, input)
        if line.isRentedNumber {
            try Outbox.add("AddNumber", ["PHONE_NUMBER": .text(id.rawValue)], to: transaction)
        }
        try changed([line], in: transaction)
        return line
    }

    static func change(_ line: Line, _ input: LineInput, in transaction: Transaction) throws {
        try LineStore(transaction: transaction).change(line, input)
        try changed([line], in: transaction)
    }

    static func delete(_ line: Line, in transaction: Transaction) throws {
        try LineStore(transaction: transaction).delete(line)
        try changed([line], in: transaction)
    }

    /// The settings that scenarios hold of these lines are out of date.
    static func changed(_ lines: [Line], in transaction: Transaction) throws {
        for line in lines {
            try Outbox.add("SettingsChanged", ["SEARCH_ID": .text(line.searchID.rawValue)], to: transaction)
        }
    }

    /// The lines whose settings tell of the employee.
    static func lines(with employee: EmployeeID, in transaction: Transaction) throws -> [Line] {
        try LineStore(transaction: transaction).all().filter { $0.members.contains(employee) }
    }
}
