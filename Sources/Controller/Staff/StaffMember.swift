import Storage

/// A person of the operator's staff.
struct StaffMember: Sendable, Hashable {
    /// 1 to 64 latin letters, digits, dots, hyphens or underscores.
    var name: String
    var role: StaffRole
    var isEnabled: Bool
    var createdAt: Moment

    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    var json: JSONValue {
        [
            "name": .text(name), "role": .text(role.rawValue), "enabled": .flag(isEnabled),
            "created_at": .integer(createdAt.seconds),
        ]
    }
}

extension StaffMember {
    init(_ row: Row) throws {
        let role = try row.text("role")
        guard let known = StaffRole(rawValue: role) else {
            throw ControllerError(.internalFailure, "the database holds a staff role that this version does not know")
        }
        self.init(
            name: try row.text("name"), role: known, isEnabled: try row.integer("is_enabled") != 0,
            createdAt: Moment(milliseconds: try row.integer("created_at")))
    }
}
