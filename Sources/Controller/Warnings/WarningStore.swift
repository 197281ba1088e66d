import Storage

/// Channels of warnings, and what travels over them: a row for each warning and target.
struct WarningStore: Sendable {
    /// One warning on its way to one target.
    struct Delivery: Sendable, Equatable {
        enum Channel: String, Sendable {
            case mail, webhook
        }

        var id: Int64
        var portal: PortalID
        var channel: Channel
        var target: String
        /// The same for each attempt.
        var key: String
        var body: String
        var createdAt: Moment
        var attempts: Int64
    }

    let database: Database
    let secrets: StoredSecrets

    // MARK: Channels

    func channels(_ portal: PortalID) async throws -> WarningChannels {
        try await database.read { try channels(portal, in: $0) }
    }

    private func channels(_ portal: PortalID, in transaction: Transaction) throws -> WarningChannels {
        let row = try transaction.queryOne(
            "SELECT * FROM warning_channel WHERE portal_id = ?", [.text(portal.rawValue)])
        guard let row else { return WarningChannels() }
        return WarningChannels(
            emails: try row.text("emails").split(separator: " ").compactMap { EmailAddress(rawValue: String($0)) },
            webhook: try row.optionalText("webhook"),
            secret: try row.optionalText("secret").map { try secrets.opened($0, Self.place(portal)) })
    }

    /// Changes the channels of a portal in one step.
    func change(
        _ portal: PortalID, _ change: @escaping @Sendable (WarningChannels) throws -> WarningChannels
    ) async throws -> (before: WarningChannels, after: WarningChannels) {
        try await database.write { transaction in
            let before = try channels(portal, in: transaction)
            let after = try change(before)
            try transaction.execute(
                """
                INSERT INTO warning_channel (portal_id, emails, webhook, secret) VALUES (?, ?, ?, ?)
                ON CONFLICT (portal_id) DO UPDATE SET emails = excluded.emails, webhook = excluded.webhook,
                    secret = excluded.secret
                """,
                [
                    .text(portal.rawValue), .text(after.emails.map(\.rawValue).joined(separator: " ")),
                    .optional(after.webhook), .optional(after.secret.map { secrets.sealed($0, Self.place(portal)) }),
                ])
            return (before, after)
        }
    }

    private static func place(_ portal: PortalID) -> String { "warning_channel.secret/\(portal)" }

    // MARK: Deliveries

    /// Has a warning sent over all channels of the portal; the same one again changes nothing.
    static func add(
        _ message: BalanceMessage, _ portal: PortalID, at moment: Moment, to transaction: Transaction
    ) throws {
        let row = try transaction.queryOne(
            "SELECT emails, webhook FROM warning_channel WHERE portal_id = ?", [.text(portal.rawValue)])
        guard let row else { return }
        var targets = try row.text("emails").split(separator: " ").map { (Delivery.Channel.mail, String($0)) }
        if let webhook = try row.optionalText("webhook") { targets.append((.webhook, webhook)) }
        for (channel, target) in targets {
            try transaction.execute(
                """
                INSERT INTO warning_delivery (portal_id, channel, target, message_key, body, created_at, attempts, due_at)
                VALUES (?, ?, ?, ?, ?, ?, 0, ?)
                ON CONFLICT (portal_id, channel, target, message_key) DO NOTHING
                """,
                [
                    .text(portal.rawValue), .text(channel.rawValue), .text(target), .text(message.key),
                    .text(message.json.encoded), .integer(moment.milliseconds), .integer(moment.milliseconds),
                ])
        }
        if !targets.isEmpty { try transaction.notify(.warnings, "") }
    }

    /// Deliveries whose time has come, those first that have waited longest.
    func due(at moment: Moment, limit: Int) async throws -> [Delivery] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM warning_delivery WHERE due_at <= ? ORDER BY due_at LIMIT ?",
                [.integer(moment.milliseconds), .integer(limit)]
            ).map(Delivery.init)
        }
    }

    /// When the next delivery is due; nil when all have ended.
    func nextDue() async throws -> Moment? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT due_at FROM warning_delivery WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1"
            ).map { Moment(milliseconds: try $0.integer("due_at")) }
        }
    }

    /// The delivery has ended: taken, or given up for a reason. A crash of the machine may forget it, and it is sent again.
    func end(_ delivery: Delivery, at moment: Moment, error: String?) async throws {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                UPDATE warning_delivery SET due_at = NULL, ended_at = ?, attempts = attempts + 1, error = ? WHERE id = ?
                """, [.integer(moment.milliseconds), .optional(error), .integer(delivery.id)])
        }
    }

    func postpone(_ delivery: Delivery, until moment: Moment, error: String) async throws {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                "UPDATE warning_delivery SET due_at = ?, attempts = attempts + 1, error = ? WHERE id = ?",
                [.integer(moment.milliseconds), .text(error), .integer(delivery.id)])
        }
    }
}

extension WarningStore.Delivery {
    init(_ row: Row) throws {
        guard let channel = Channel(rawValue: try row.text("channel")) else {
            throw ControllerError(.internalFailure, "a row of warning_delivery is damaged; restore a backup")
        }
        id = try row.integer("id")
        portal = PortalID(rawValue: try row.text("portal_id"))
        self.channel = channel
        target = try row.text("target")
        key = try row.text("message_key")
        body = try row.text("body")
        createdAt = Moment(milliseconds: try row.integer("created_at"))
        attempts = try row.integer("attempts")
    }
}
