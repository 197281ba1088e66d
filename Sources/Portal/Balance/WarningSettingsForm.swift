/// How the company wants to be warned of its balance, as an administrator has typed it.
///
/// The controller says what is wrong with it: it is told what was typed.
struct WarningSettingsForm: Sendable {
    /// The fields, with what the controller calls them.
    private static let fields = [
        "mode": "MODE", "common": "COMMON", "floor": "FLOOR", "cap": "CAP", "lead_hours": "LEAD_HOURS",
        "learn_lead": "LEARN_LEAD", "safety": "SAFETY", "utc_minutes": "UTC_MINUTES",
    ]
    private static let numbers: Set<String> = ["lead_hours", "safety", "utc_minutes"]

    private let typed: [String: String]

    init(_ form: [String: String]) {
        // A box that is not ticked is not sent.
        typed = form.merging(["learn_lead": form["learn_lead"] == nil ? "N" : "Y"]) { _, flag in flag }
            .filter { Self.fields.keys.contains($0.key) }
    }

    /// - Parameter answer: The `result` of `GetBalanceSettings`.
    init(_ answer: AnswerRow) { typed = Self.fields.mapValues { answer.text($0) } }

    subscript(name: String) -> String { typed[name] ?? "" }

    /// What `SetBalanceSettings` is told.
    var wish: JSONValue {
        var wish: [String: JSONValue] = [:]
        for (name, field) in Self.fields {
            guard let text = typed[name]?.filter({ !$0.isWhitespace }) else { continue }
            let number = Self.numbers.contains(name) ? Int64(text) : nil
            wish[field] = number.map(JSONValue.integer) ?? .text(text)
        }
        return .object(wish)
    }
}
