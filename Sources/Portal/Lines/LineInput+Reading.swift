import PhoneNumbers

extension LineInput {
    static let fields = LineField.all.map(\.name) + ["SEARCH_ID", "QUEUE_USERS"]

    init(_ input: InputReader, region: Region) throws(InputError) {
        try input.allowOnly(Self.fields)
        for field in LineField.all {
            guard let value = try field.read(input, region: region) else { continue }
            settings[field.name] = value
        }
        members = try Self.members(input)
    }

    static func searchID(_ input: InputReader) throws(InputError) -> SearchID {
        guard let id = SearchID(rawValue: try input.text("SEARCH_ID", 1...64)) else {
            throw input.wrong("SEARCH_ID", "letters, digits and _+*#.-", "another character")
        }
        return id
    }

    private static func members(_ input: InputReader) throws(InputError) -> [EmployeeID]? {
        guard let list = try input.list("QUEUE_USERS", atMost: mostMembers) else { return nil }
        var members: [EmployeeID] = []
        for (index, value) in list.enumerated() {
            let place = "\(input.place("QUEUE_USERS"))[\(index)]"
            guard case .integer(let id) = value, EmployeeID.allowed.contains(id) else {
                throw InputError(path: place, expected: "the id of an employee", found: value.typeName)
            }
            guard !members.contains(EmployeeID(rawValue: id)) else {
                throw InputError(path: place, expected: "each employee once", found: "\(id) again")
            }
            members.append(EmployeeID(rawValue: id))
        }
        return members
    }
}
