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
        try queue(portal, at: moment, in: transaction)
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
        try queue(portal, at: moment, in: transaction)
    }

    /// Gives the portal a turn; one that did not answer keeps the turn that it has.
    private static func queue(_ portal: PortalID, at moment: Moment, in transaction: Transaction) throws {
        // The row is written in any case: a visit that finds nothing more and takes it away meets this, and begins again.
        try transaction.execute(
            """
            INSERT INTO outbox_turn (portal_id, due_at, failures) VALUES (?, ?, 0)
            ON CONFLICT (portal_id) DO UPDATE SET due_at = CASE
                WHEN outbox_turn.failures = 0 AND excluded.due_at < outbox_turn.due_at THEN excluded.due_at
                ELSE outbox_turn.due_at END
            """, [.text(portal.rawValue), .integer(moment.milliseconds)])
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
        try transaction.execute(
            """
            INSERT INTO outbox_turn (portal_id, due_at, failures) VALUES (?, ?, 0)
            ON CONFLICT (portal_id) DO UPDATE SET due_at = excluded.due_at, failures = 0
            """, [.text(portal.rawValue), .integer(moment.milliseconds)])
        try transaction.notify(.outbox, "")
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

    /// How many messages wait for the portals with the most of them.
    func waiting(limit: Int) async throws -> [PortalID: Int64] {
        try await database.read { transaction in
            let rows = try transaction.query(
                """
                SELECT portal_id, COUNT(*) AS messages FROM outbox WHERE delivered_at IS NULL
                GROUP BY portal_id ORDER BY messages DESC, portal_id LIMIT ?
                """, [.integer(limit)])
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
