import Storage

/// Messages that must arrive, in the database.
struct OutboxStore: Sendable {
    /// A message that has not arrived yet.
    struct Message: Sendable, Equatable {
        var id: Int64
        var portal: PortalID
        var command: String
        var body: String
        var attempts: Int64
        var dueAt: Moment
    }

    let database: Database

    /// Adds a message to the transaction of what it reports; the second with the same key is not added.
    static func add(
        _ command: String, key: String, _ body: String, _ portal: PortalID, at moment: Moment,
        to transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO outbox (portal_id, command, message_key, body, created_at, attempts, due_at)
            VALUES (?, ?, ?, ?, ?, 0, ?)
            ON CONFLICT (portal_id, command, message_key) DO NOTHING
            """,
            [
                .text(portal.rawValue), .text(command), .text(key), .text(body), .integer(moment.milliseconds),
                .integer(moment.milliseconds),
            ])
        try transaction.notify(.outbox, "")
    }

    /// Puts another body into a message and has it sent, again when the former has arrived.
    ///
    /// A delivery that is under way does not count for it: it has another moment.
    static func replace(
        _ command: String, key: String, _ body: String, _ portal: PortalID, at moment: Moment,
        in transaction: Transaction
    ) throws {
        try transaction.execute(
            """
            INSERT INTO outbox (portal_id, command, message_key, body, created_at, attempts, due_at)
            VALUES (?, ?, ?, ?, ?, 0, ?)
            ON CONFLICT (portal_id, command, message_key) DO UPDATE SET body = excluded.body, delivered_at = NULL,
                attempts = 0, error = NULL,
                due_at = CASE WHEN outbox.due_at < excluded.due_at THEN excluded.due_at ELSE outbox.due_at + 1 END
            """,
            [
                .text(portal.rawValue), .text(command), .text(key), .text(body), .integer(moment.milliseconds),
                .integer(moment.milliseconds),
            ])
        try transaction.notify(.outbox, "")
    }

    /// How long before a move messages may have been told to the former place after it was copied.
    private static let retold = Duration.seconds(2 * 86_400)

    /// Sends what a portal was told of late once more, to where it is now; what it knows already it takes again.
    static func sendAgain(_ portal: PortalID, at moment: Moment, in transaction: Transaction) throws {
        let since = moment.adding(.zero - retold)
        try transaction.execute(
            """
            UPDATE outbox SET delivered_at = NULL, attempts = 0, due_at = ? WHERE portal_id = ? AND created_at >= ?
            """, [.integer(moment.milliseconds), .text(portal.rawValue), .integer(since.milliseconds)])
        try transaction.notify(.outbox, "")
    }

    /// The messages that wait, those first that are due first.
    func waiting(limit: Int) async throws -> [Message] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM outbox WHERE delivered_at IS NULL ORDER BY due_at, id LIMIT ?", [.integer(limit)]
            ).map(Message.init)
        }
    }

    /// A crash of the machine may forget it: then the message is sent again, which its receiver does not mind.
    ///
    /// One that is to be sent again since it was read, because the portal has moved meanwhile, waits on.
    func markDelivered(_ message: Message, at moment: Moment) async throws {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                """
                UPDATE outbox SET delivered_at = ?, attempts = attempts + 1, error = NULL WHERE id = ? AND due_at = ?
                """,
                [.integer(moment.milliseconds), .integer(message.id), .integer(message.dueAt.milliseconds)])
        }
    }

    /// Puts the message off; the reason is kept for the operator.
    func postpone(_ id: Int64, until moment: Moment, error: String) async throws {
        try await database.write(.soon) { transaction in
            try transaction.execute(
                "UPDATE outbox SET due_at = ?, attempts = attempts + 1, error = ? WHERE id = ?",
                [.integer(moment.milliseconds), .text(error), .integer(id)])
        }
    }

    /// How many messages wait, and when the oldest of them was written.
    func depth() async throws -> (messages: Int64, oldest: Moment?) {
        try await database.read { transaction in
            let row = try transaction.queryOne(
                "SELECT COUNT(*) AS messages, MIN(created_at) AS oldest FROM outbox WHERE delivered_at IS NULL")
            let oldest = try row?.optionalInteger("oldest").map { Moment(milliseconds: $0) }
            return (try row?.integer("messages") ?? 0, oldest)
        }
    }

    /// How many messages wait for each portal.
    func waiting() async throws -> [PortalID: Int64] {
        try await database.read { transaction in
            let rows = try transaction.query(
                "SELECT portal_id, COUNT(*) AS messages FROM outbox WHERE delivered_at IS NULL GROUP BY portal_id")
            return try Dictionary(
                rows.map { (PortalID(rawValue: try $0.text("portal_id")), try $0.integer("messages")) },
                uniquingKeysWith: { first, _ in first })
        }
    }
}

extension OutboxStore.Message {
    init(_ row: Row) throws {
        id = try row.integer("id")
        portal = PortalID(rawValue: try row.text("portal_id"))
        command = try row.text("command")
        body = try row.text("body")
        attempts = try row.integer("attempts")
        dueAt = Moment(milliseconds: try row.integer("due_at"))
    }
}
