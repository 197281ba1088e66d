import Foundation

/// An object of the controller's answers, read for a page: what is missing or of another kind is empty.
struct AnswerRow {
    private let fields: [String: JSONValue]

    init(_ value: JSONValue?) {
        fields = if case .object(let fields)? = value { fields } else { [:] }
    }

    func text(_ name: String) -> String {
        switch fields[name] {
        case .text(let text): text
        case .integer(let integer): String(integer)
        default: ""
        }
    }

    func isTrue(_ name: String) -> Bool { fields[name] == .flag(true) }

    /// Seconds since 1970 as a date.
    func time(_ name: String) -> String {
        Int64(text(name)).map { Date(timeIntervalSince1970: TimeInterval($0)).formatted(.iso8601) } ?? ""
    }

    func texts(_ name: String) -> [String] {
        guard case .list(let list)? = fields[name] else { return [] }
        return list.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    func row(_ name: String) -> AnswerRow { AnswerRow(fields[name]) }

    func rows(_ name: String) -> [AnswerRow] {
        guard case .list(let list)? = fields[name] else { return [] }
        return list.map(AnswerRow.init)
    }
}
