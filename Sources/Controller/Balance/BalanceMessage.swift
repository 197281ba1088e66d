import Billing

/// A warning on its way to the portal.
struct BalanceMessage: Sendable, Equatable {
    static let command = "BalanceWarning"

    let notice: WarningNotice
    let threshold: BalanceThreshold
    let at: Moment

    /// Unique within the portal: the same crossing is told once.
    var key: String { "\(notice.crossing)-\(notice.kind.rawValue)" }

    var json: JSONValue {
        [
            "KIND": .text(notice.kind.rawValue), "CROSSING": .integer(notice.crossing),
            "BALANCE": .text(notice.balance.decimalText), "CURRENCY": .text(notice.balance.currency.code),
            "THRESHOLD": (notice.threshold?.decimalText).json, "LEAD_HOURS": .integer(Int64(threshold.lead.hours)),
            "AT": .integer(at.seconds), "EXPLANATION": threshold.explanation,
        ]
    }
}

extension BalanceThreshold {
    /// A line for each fact.
    var explanation: JSONValue { .list(description.split(separator: "\n").map { .text(String($0)) }) }
}
