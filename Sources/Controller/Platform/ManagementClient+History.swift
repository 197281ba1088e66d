/// The call history.
extension ManagementClient {
    /// Sessions that one answer brings.
    static let sessionPage = 1000

    /// The session that carries the call's identifier as its custom data, with its calls and records.
    ///
    /// - Parameter since: When the call was first heard of, a day more or less.
    func session(
        of key: CallKey, since: Moment, now: Moment, _ account: Credentials
    ) async throws(ManagementError) -> PlatformSession? {
        let answer = try await send(
            "GetCallHistory", account,
            [
                ("from_date", PlatformDate.text(since.seconds - 86_400)),
                ("to_date", PlatformDate.text(now.seconds + 86_400)),
                ("call_session_history_custom_data", key.rawValue),
                ("with_calls", "true"), ("with_records", "true"), ("with_other_resources", "true"), ("count", "20"),
                ("with_total_count", "false"),
            ])
        return (answer["result"]?.elements ?? []).map(PlatformSession.init)
            .first { $0.customData == nil || $0.customData == key.rawValue }
    }

    /// The account's sessions that began in a span of time, without their calls; at most a thousand.
    func sessionsBegun(
        from: Moment, to: Moment, _ account: Credentials
    ) async throws(ManagementError) -> [PlatformSession] {
        let answer = try await send(
            "GetCallHistory", account,
            [
                ("from_date", PlatformDate.text(from.seconds)), ("to_date", PlatformDate.text(to.seconds)),
                ("count", "1000"),
                ("with_total_count", "false"),
            ])
        return (answer["result"]?.elements ?? []).map(PlatformSession.init)
    }

    /// The sessions of a master's children that began in a span of time, its ends included, the earliest first, without their
    /// calls; at most ``sessionPage``, the next ones from `offset` on.
    func childrensSessions(
        from: Moment, to: Moment, offset: Int, _ master: Credentials
    ) async throws(ManagementError) -> [PlatformSession] {
        try await childrensSessions(
            from, to, master, [("count", String(Self.sessionPage)), ("offset", String(offset))])
    }

    /// Those among them with the numbers, at most ``sessionPage``, with calls, records and costs.
    func childrensSessions(
        _ numbers: [Int64], from: Moment, to: Moment, _ master: Credentials
    ) async throws(ManagementError) -> [PlatformSession] {
        try await childrensSessions(
            from, to, master,
            [
                ("call_session_history_id", numbers.map(String.init).joined(separator: ";")),
                ("with_calls", "true"), ("with_records", "true"), ("with_other_resources", "true"),
                ("count", String(Self.sessionPage)),
            ])
    }

    private func childrensSessions(
        _ from: Moment, _ to: Moment, _ master: Credentials, _ more: [(String, String)]
    ) async throws(ManagementError) -> [PlatformSession] {
        let answer = try await send(
            "GetCallHistory", master,
            [
                ("from_date", PlatformDate.text(from.seconds)), ("to_date", PlatformDate.text(to.seconds)),
                ("child_account_id", "all"), ("children_calls_only", "true"), ("desc_order", "false"),
                ("with_total_count", "false"),
            ] + more)
        return (answer["result"]?.elements ?? []).map(PlatformSession.init)
    }
}
