import Foundation

/// The controller's answers about scenario versions, for people.
enum RolloutListing {
    /// A version in one line.
    static func line(_ version: [String: Any]) -> String {
        var words = ["version \(text(version, "version"))", text(version, "state"), percent(version["share"])]
        for (name, word) in [("include", "in"), ("exclude", "out")] {
            let portals = version[name] as? [Any] ?? []
            if !portals.isEmpty { words.append("\(portals.count) named \(word)") }
        }
        words.append("\(text(version, "accounts")) accounts")
        words.append("\(day(version["created_at"])) by \(text(version, "created_by"))")
        for name in ["note", "reason"] where !text(version, name).isEmpty { words.append(text(version, name)) }
        return words.joined(separator: "  ")
    }

    /// A version with its health.
    static func lines(_ status: [String: Any]) -> [String] {
        var lines = [line(status)] + spread(status["all_accounts"])
        lines += health(status["health"], "health")
        if status["predecessor"] is NSNumber {
            lines += health(status["predecessor_health"], "version \(text(status, "predecessor")) before")
        }
        for day in status["days"] as? [[String: Any]] ?? [] {
            lines.append("  \(text(day, "day"))  \(counts(day))")
        }
        for portal in status["failing_portals"] as? [[String: Any]] ?? [] {
            lines.append("  portal \(text(portal, "portal")): \(text(portal, "failed")) failed")
        }
        return lines
    }

    /// How many accounts there are, and what share of them has which version.
    static func spread(_ value: Any?) -> [String] {
        guard let spread = value as? [String: Any] else { return [] }
        let all = number(spread["accounts"])
        func line(_ name: String, _ accounts: Int) -> String {
            "  \(name): \(accounts)" + (all == 0 ? "" : " (\(percent((accounts * 1000 + all / 2) / all)))")
        }
        let without = number(spread["without_version"])
        return ["all accounts: \(all)"]
            + (spread["versions"] as? [[String: Any]] ?? []).map {
                line("version \(text($0, "version"))", number($0["accounts"]))
            } + (without == 0 ? [] : [line("none yet", without)])
    }

    private static func health(_ value: Any?, _ name: String) -> [String] {
        guard let health = value as? [String: Any] else { return [] }
        let classes = (health["answer_seconds"] as? [[String: Any]] ?? []).filter { number($0["calls"]) > 0 }.map {
            let bound = $0["at_most"] is NSNumber ? "within \(text($0, "at_most")) s" : "later"
            return "\(bound): \(text($0, "calls"))"
        }
        return ["\(name): \(counts(health))"]
            + (classes.isEmpty ? [] : ["  answered \(classes.joined(separator: ", "))"])
    }

    private static func counts(_ counts: [String: Any]) -> String {
        let sessions = number(counts["sessions"])
        let failed = number(counts["failed"])
        let share = sessions == 0 ? "" : " (\(percent(failed * 1000 / sessions)))"
        return "\(sessions) sessions, \(failed) failed\(share), \(text(counts, "script_errors")) with script errors"
    }

    private static func number(_ value: Any?) -> Int { (value as? NSNumber)?.intValue ?? 0 }

    /// Thousandths as a percentage.
    private static func percent(_ value: Any?) -> String {
        let share = number(value)
        return share % 10 == 0 ? "\(share / 10)%" : "\(share / 10).\(share % 10)%"
    }

    private static func day(_ milliseconds: Any?) -> String {
        let date = Date(timeIntervalSince1970: Double(number(milliseconds)) / 1000)
        return date.formatted(.iso8601.year().month().day().dateSeparator(.dash))
    }

    private static func text(_ object: [String: Any], _ name: String) -> String {
        guard let value = object[name], !(value is NSNull) else { return "" }
        return "\(value)"
    }
}
