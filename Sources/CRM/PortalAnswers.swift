/// The answers of a portal as they stand in JSON; identifiers may be numbers or texts of digits, flags may be Y and N.
///
/// Field names are the protocol's `snake_case`, converted by the decoder.
struct MatchesAnswer: Decodable {
    var contacts: [EntityAnswer]?
    var companies: [EntityAnswer]?
    var leads: [EntityAnswer]?

    var matches: CRMMatches {
        CRMMatches(
            contacts: (contacts ?? []).map(\.entity), companies: (companies ?? []).map(\.entity),
            leads: (leads ?? []).map(\.entity))
    }
}

struct EntityAnswer: Decodable {
    var id: WireInteger
    var name: String?
    var title: String?
    var responsibleId: WireInteger?
    var callManagerId: WireInteger?
    var temporaryManagerId: WireInteger?
    var temporaryUntil: WireInteger?

    var entity: CRMEntity {
        CRMEntity(
            id: id.value, name: name ?? title ?? "", responsible: Self.user(responsibleId),
            callManager: Self.user(callManagerId), temporaryManager: Self.user(temporaryManagerId),
            temporaryUntil: temporaryUntil?.value)
    }

    /// 0 stands for nobody.
    private static func user(_ id: WireInteger?) -> CRMUserID? {
        guard let id, id.value > 0 else { return nil }
        return CRMUserID(rawValue: id.value)
    }
}

/// `{"employees":[…]}`, or the list alone.
struct EmployeesAnswer: Decodable {
    var employees: [EmployeeAnswer]

    private enum CodingKeys: CodingKey { case employees }

    init(from decoder: any Decoder) throws {
        if let list = try? decoder.singleValueContainer().decode([EmployeeAnswer].self) {
            employees = list
        } else {
            employees = try decoder.container(keyedBy: CodingKeys.self).decode(
                [EmployeeAnswer].self, forKey: .employees)
        }
    }
}

struct EmployeeAnswer: Decodable {
    var id: WireInteger
    var name: String?
    var `extension`: WireText?
    var havePhone: WireFlag?
    var online: WireFlag?
    var workdayOpen: WireFlag?
    var ownPhone: String?

    var employee: CRMEmployee {
        CRMEmployee(
            id: CRMUserID(rawValue: id.value), name: name ?? "", extension: self.extension?.value,
            havePhone: havePhone?.value ?? false, online: online?.value ?? false,
            workdayOpen: workdayOpen?.value ?? true, ownPhone: ownPhone)
    }
}

struct RefusalAnswer: Decodable {
    struct Reason: Decodable { var code: String? }
    var error: Reason
}

/// An integer, or a text that holds one.
struct WireInteger: Decodable {
    let value: Int64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Int64.self) {
            self.value = value
        } else if let value = Int64(try container.decode(String.self)) {
            self.value = value
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected an integer")
        }
    }
}

/// A text, or an integer in its place.
struct WireText: Decodable {
    let value: String

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        value = try (try? container.decode(String.self)) ?? String(container.decode(Int64.self))
    }
}

/// true, "Y" and 1, or false, "N" and 0.
struct WireFlag: Decodable {
    let value: Bool

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let value = try? container.decode(Bool.self) {
            self.value = value
        } else if let text = try? container.decode(String.self), ["Y", "N"].contains(text) {
            value = text == "Y"
        } else {
            value = try container.decode(Int.self) != 0
        }
    }
}
