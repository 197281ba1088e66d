import JSONText

/// One value of a portal's answer, and where it stands in it.
///
/// Identifiers may be numbers or texts of digits, flags may be Y and N.
struct AnswerField {
    /// What is not as it was agreed.
    struct Wrong: Error {
        /// The field, never its value.
        let path: String
        let expected: String
    }

    let value: JSON
    let path: String

    /// A field of an object; null when there is none.
    subscript(name: String) -> AnswerField {
        let place = path.isEmpty ? name : "\(path).\(name)"
        guard case .object(let fields) = value else { return AnswerField(value: .null, path: place) }
        return AnswerField(value: fields[name] ?? .null, path: place)
    }

    var isNull: Bool { value == .null }

    /// None for null.
    func elements() throws(Wrong) -> [AnswerField] {
        if isNull { return [] }
        guard case .list(let list) = value else { throw wrong("a list") }
        return list.enumerated().map { AnswerField(value: $0.element, path: "\(path)[\($0.offset)]") }
    }

    func integer() throws(Wrong) -> Int64 {
        switch value {
        case .integer(let integer): return integer
        case .text(let text):
            guard let integer = Int64(text) else { throw wrong("an integer") }
            return integer
        default: throw wrong("an integer")
        }
    }

    func optionalInteger() throws(Wrong) -> Int64? { isNull ? nil : try integer() }

    /// Nil for null; an integer in its place is a text, too.
    func optionalText(orInteger takesInteger: Bool = false) throws(Wrong) -> String? {
        switch value {
        case .null: return nil
        case .text(let text): return text
        case .integer(let integer) where takesInteger: return String(integer)
        default: throw wrong("a text")
        }
    }

    /// true, "Y" and 1, or false, "N" and 0; `missing` for null.
    func flag(missing: Bool) throws(Wrong) -> Bool {
        switch value {
        case .null: return missing
        case .flag(let flag): return flag
        case .text("Y"): return true
        case .text("N"): return false
        case .integer(let integer): return integer != 0
        default: throw wrong("true or false")
        }
    }

    func wrong(_ expected: String) -> Wrong { Wrong(path: path, expected: expected) }
}

extension CRMMatches {
    init(_ answer: AnswerField) throws(AnswerField.Wrong) {
        guard case .object = answer.value else { throw answer.wrong("an object") }
        func section(_ name: String) throws(AnswerField.Wrong) -> [CRMEntity] {
            var section: [CRMEntity] = []
            for element in try answer[name].elements() { section.append(try CRMEntity(element)) }
            return section
        }
        self.init(
            contacts: try section("contacts"), companies: try section("companies"), leads: try section("leads"))
    }
}

extension CRMEntity {
    init(_ answer: AnswerField) throws(AnswerField.Wrong) {
        /// 0 stands for nobody.
        func user(_ name: String) throws(AnswerField.Wrong) -> CRMUserID? {
            guard let id = try answer[name].optionalInteger(), id > 0 else { return nil }
            return CRMUserID(rawValue: id)
        }
        let (name, title) = (try answer["name"].optionalText(), try answer["title"].optionalText())
        self.init(
            id: try answer["id"].integer(), name: name ?? title ?? "", responsible: try user("responsible_id"),
            callManager: try user("call_manager_id"), temporaryManager: try user("temporary_manager_id"),
            temporaryUntil: try answer["temporary_until"].optionalInteger())
    }
}

extension CRMEmployee {
    init(_ answer: AnswerField) throws(AnswerField.Wrong) {
        self.init(
            id: CRMUserID(rawValue: try answer["id"].integer()), name: try answer["name"].optionalText() ?? "",
            extension: try answer["extension"].optionalText(orInteger: true),
            havePhone: try answer["have_phone"].flag(missing: false),
            online: try answer["online"].flag(missing: false),
            workdayOpen: try answer["workday_open"].flag(missing: true),
            ownPhone: try answer["own_phone"].optionalText())
    }

    /// A list of them.
    static func list(_ answer: AnswerField) throws(AnswerField.Wrong) -> [CRMEmployee] {
        guard case .list = answer.value else { throw answer.wrong("a list") }
        var list: [CRMEmployee] = []
        for element in try answer.elements() { list.append(try CRMEmployee(element)) }
        return list
    }
}
