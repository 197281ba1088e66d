/// What the operator sees of a portal's calls: counts and durations, no numbers.
extension AdminEndpoint {
    /// `portal`, `by` (`day`, `employee` or `line`), `from` and `to` as days, `after` for what follows an answer with `next`.
    func total(_ query: [String: String]) async throws -> JSONValue {
        guard let portal = query["portal"], !portal.isEmpty else {
            throw ControllerError(.wrongRequest, "portal must name a portal")
        }
        guard let scope = CallTotals.Scope(rawValue: query["by"] ?? "day") else {
            throw ControllerError(.wrongRequest, "by must be day, employee or line")
        }
        guard let from = Day(rawValue: query["from"] ?? ""), let to = Day(rawValue: query["to"] ?? "") else {
            throw ControllerError(.wrongRequest, "from and to must be days like 2026-11-27")
        }
        let last = query["after"]
        guard last?.unicodeScalars.count ?? 0 <= CallTotals.longestSubject else {
            throw ControllerError(.wrongRequest, "after must be the next of an earlier answer")
        }
        let found = try await totals.read(
            scope, try await self.portal(portal).id, from: from, to: to, after: last)
        return [
            "next": found.next.json,
            "totals": .list(
                found.totals.map {
                    [
                        "subject": .text($0.subject), "calls": .integer($0.calls), "answered": .integer($0.answered),
                        "missed": .integer($0.missed), "talk_seconds": .integer($0.talkSeconds),
                    ]
                }),
        ]
    }
}
