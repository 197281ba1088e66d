/// What the operator sees of a portal's calls: counts and durations, no numbers.
extension AdminEndpoint {
    /// `portal`, `by` (`day`, `employee` or `line`), `from` and `to` as days.
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
        let found = try await totals.read(scope, try await self.portal(portal).id, from: from, to: to)
        return [
            "totals": .list(
                found.map {
                    [
                        "subject": .text($0.subject), "calls": .integer($0.calls), "answered": .integer($0.answered),
                        "missed": .integer($0.missed), "talk_seconds": .integer($0.talkSeconds),
                    ]
                })
        ]
    }
}
