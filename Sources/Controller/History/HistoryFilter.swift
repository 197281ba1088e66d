import Foundation
import Storage

/// Which calls of a portal are wanted; everything that is given must hold.
struct HistoryFilter: Sendable, Equatable {
    /// Included.
    var from: Moment?
    /// Not included.
    var to: Moment?
    /// Spellings of one number, each as `CallFacts.searchable` writes it; empty for calls of all.
    var numbers: [String] = []
    var employee: Int64?
    var line: String?
    var direction: CallFacts.Direction?
    var outcome: CallFacts.Outcome?
    /// Millionths of the account's currency; calls without a final cost are not among them.
    var leastCost: Int64?
    var mostCost: Int64?

    /// The condition of a statement, in which the cursor's call is the last that was given already.
    ///
    /// - Parameter number: One of the spellings.
    func condition(
        _ portal: PortalID, number: String?, after cursor: HistoryCursor?
    ) -> (sql: String, arguments: [SQLValue]) {
        var (parts, arguments) = (["portal_id = ?"], [SQLValue.text(portal.rawValue)])
        func add(_ part: String, _ values: SQLValue?...) {
            let present = values.compactMap(\.self)
            guard present.count == values.count else { return }
            parts.append(part)
            arguments += present
        }
        add("phone_number = ?", number.map(SQLValue.text))
        add("employee_id = ?", employee.map(SQLValue.integer))
        add("line = ?", line.map(SQLValue.text))
        add("started_at >= ?", (from?.milliseconds).map(SQLValue.integer))
        add("started_at < ?", (to?.milliseconds).map(SQLValue.integer))
        add("direction = ?", (direction?.rawValue).map(SQLValue.text))
        add("outcome = ?", (outcome?.rawValue).map(SQLValue.text))
        add("cost >= ?", leastCost.map(SQLValue.integer))
        add("cost <= ?", mostCost.map(SQLValue.integer))
        add(
            "(started_at, call_id) < (?, ?)", (cursor?.startedAt.milliseconds).map(SQLValue.integer),
            (cursor?.key.rawValue).map(SQLValue.text))
        return (parts.joined(separator: " AND "), arguments)
    }
}

/// The place between two pages of a history: the last call of the page before.
struct HistoryCursor: Sendable, Equatable {
    var startedAt: Moment
    var key: CallKey

    init(startedAt: Moment, key: CallKey) {
        self.startedAt = startedAt
        self.key = key
    }

    /// Opaque to whoever gets it; it opens nothing, since the portal is always part of the question.
    var text: String {
        Data("\(startedAt.milliseconds) \(key)".utf8).base64EncodedString().replacing("+", with: "-")
            .replacing("/", with: "_")
    }

    /// Nil for what ``text`` has not made.
    init?(text: String) {
        guard text.utf8.count <= 1024,
            let data = Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/")),
            let plain = String(data: data, encoding: .utf8), let blank = plain.firstIndex(of: " "),
            let milliseconds = Int64(plain[..<blank]),
            let key = CallKey(rawValue: String(plain[plain.index(after: blank)...]))
        else { return nil }
        self.init(startedAt: Moment(milliseconds: milliseconds), key: key)
    }
}
