import Billing

/// The table of a backtest, for people and for programs.
struct BacktestReport {
    private let table: BacktestTable

    init(_ table: BacktestTable) { self.table = table }

    private static let columns = [
        "rule", "warnings", "in time", "too late", "too early", "for nothing", "open", "missed", "money out",
        "hours out",
    ]

    /// Markdown; shares are of all occasions, which are warnings and those that were missed.
    var text: String {
        var lines = section("All accounts", kind: nil)
        if table.kinds.count > 1 {
            for kind in table.kinds { lines += [""] + section(kind, kind: kind) }
        }
        lines += ["", "Where a fixed threshold makes a fault less often than an individual one:", ""]
        let weaknesses = table.weaknesses
        lines += weaknesses.isEmpty ? ["- nowhere"] : weaknesses.map { "- \($0)" }
        return lines.joined(separator: "\n")
    }

    private func section(_ title: String, kind: String?) -> [String] {
        let accounts = table.rules.first.map { table.outcome($0, kind: kind).accounts } ?? 0
        return [
            "**\(title)** (\(accounts))", "", "| \(Self.columns.joined(separator: " | ")) |",
            "|\(String(repeating: " --- |", count: Self.columns.count))",
        ] + table.rules.map { row($0, table.outcome($0, kind: kind)) }
    }

    private func row(_ rule: WarningRule, _ outcome: BacktestOutcome) -> String {
        let shares = [
            outcome.inTime, outcome.tooLate, outcome.tooEarly, outcome.forNothing, outcome.open, outcome.missed,
        ].map { "\($0) (\(Self.percent($0, of: outcome.occasions)))" }
        let cells = [rule.description, "\(outcome.warnings)"] + shares + ["\(outcome.outages)", "\(outcome.hoursOut)"]
        return "| \(cells.joined(separator: " | ")) |"
    }

    private static func percent(_ part: Int, of whole: Int) -> String {
        let share = whole == 0 ? 0 : part * 1000 / whole
        return "\(share / 10).\(share % 10) %"
    }

    var json: [String: Any] {
        func rows(_ kind: String?) -> [[String: Any]] {
            table.rules.map { Self.json($0, table.outcome($0, kind: kind)) }
        }
        return [
            "all": rows(nil), "kinds": table.kinds.map { ["kind": $0, "rules": rows($0)] as [String: Any] },
            "weaknesses": table.weaknesses.map {
                [
                    "kind": $0.kind, "fault": $0.fault.rawValue, "rule": $0.rule.description, "per_mille": $0.share,
                    "better": $0.better.description, "better_per_mille": $0.betterShare,
                ] as [String: Any]
            },
        ]
    }

    private static func json(_ rule: WarningRule, _ outcome: BacktestOutcome) -> [String: Any] {
        [
            "rule": rule.description, "accounts": outcome.accounts, "warnings": outcome.warnings,
            "in_time": outcome.inTime, "too_late": outcome.tooLate, "too_early": outcome.tooEarly,
            "for_nothing": outcome.forNothing, "open": outcome.open, "missed": outcome.missed,
            "money_out": outcome.outages, "hours_out": outcome.hoursOut,
        ]
    }
}
