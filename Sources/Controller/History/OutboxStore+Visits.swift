import Storage

/// Whose turn it is to be told, and what came of it.
extension OutboxStore {
    /// A portal that messages wait for.
    struct Turn: Sendable, Equatable {
        var portal: PortalID
        var dueAt: Moment
        /// How often in a row it took nothing.
        var failures: Int64
    }

    /// What came of a portal's turn.
    struct Visit: Sendable {
        var turn: Turn
        var delivered: [Message] = []
        /// Those that it did not take, each with the moment of its next try and the reason.
        var refused: [(message: Message, until: Moment, error: String)] = []
        /// Until when the portal is left alone; nil for one that answers.
        var rest: Moment?
    }

    /// The portals whose turn it is, those that have waited longest first.
    func turns(at moment: Moment, limit: Int) async throws -> [Turn] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM outbox_turn WHERE due_at <= ? ORDER BY due_at LIMIT ?",
                [.integer(moment.milliseconds), .integer(limit)]
            ).map(Turn.init)
        }
    }

    /// When the next turn after `moment` is; nil for none.
    func nextTurn(after moment: Moment) async throws -> Moment? {
        try await database.read { transaction in
            try transaction.queryOne(
                "SELECT due_at FROM outbox_turn WHERE due_at > ? ORDER BY due_at LIMIT 1",
                [.integer(moment.milliseconds)]
            ).map { Moment(milliseconds: try $0.integer("due_at")) }
        }
    }

    /// A portal's messages that are due, in their order.
    func waiting(for portal: PortalID, at moment: Moment, limit: Int) async throws -> [Message] {
        try await database.read { transaction in
            try transaction.query(
                """
                SELECT * FROM outbox WHERE portal_id = ? AND delivered_at IS NULL AND due_at <= ?
                ORDER BY due_at, id LIMIT ?
                """, [.text(portal.rawValue), .integer(moment.milliseconds), .integer(limit)]
            ).map(Message.init)
        }
    }

    /// Writes down what came of a turn, and when the portal's next one is.
    ///
    /// A crash of the machine may forget it: then the messages are sent again, which their receiver does not mind. One that
    /// is to be sent again since it was read, because the portal has moved meanwhile, waits on.
    func settle(_ visit: Visit, at moment: Moment) async throws {
        try await database.write(.soon) { transaction in
            for message in visit.delivered {
                try transaction.execute(
                    """
                    UPDATE outbox SET delivered_at = ?, attempts = attempts + 1, error = NULL
                    WHERE id = ? AND due_at = ?
                    """,
                    [.integer(moment.milliseconds), .integer(message.id), .integer(message.dueAt.milliseconds)])
            }
            for (message, until, error) in visit.refused {
                try transaction.execute(
                    "UPDATE outbox SET due_at = ?, attempts = attempts + 1, error = ? WHERE id = ? AND due_at = ?",
                    [
                        .integer(until.milliseconds), .text(error), .integer(message.id),
                        .integer(message.dueAt.milliseconds),
                    ])
            }
            try Self.plan(visit, in: transaction)
        }
    }

    /// A portal's next turn: after its rest, when its next message is due, or none.
    private static func plan(_ visit: Visit, in transaction: Transaction) throws {
        let portal = SQLValue.text(visit.turn.portal.rawValue)
        let next = try transaction.queryOne(
            "SELECT due_at FROM outbox WHERE portal_id = ? AND delivered_at IS NULL ORDER BY due_at, id LIMIT 1",
            [portal])
        guard let next else {
            try transaction.execute("DELETE FROM outbox_turn WHERE portal_id = ?", [portal])
            return
        }
        guard let rest = visit.rest else {
            try transaction.execute(
                "UPDATE outbox_turn SET due_at = ?, failures = 0 WHERE portal_id = ?",
                [.integer(try next.integer("due_at")), portal])
            return
        }
        // A portal that has moved meanwhile is tried at its new place at once.
        try transaction.execute(
            "UPDATE outbox_turn SET due_at = ?, failures = failures + 1 WHERE portal_id = ? AND due_at = ?",
            [.integer(rest.milliseconds), portal, .integer(visit.turn.dueAt.milliseconds)])
    }

    /// Deletes some messages that arrived before `moment`, the oldest first.
    ///
    /// - Returns: How many.
    func sweep(before moment: Moment, limit: Int) async throws -> Int {
        try await database.write(.soon) { transaction in
            let old = try transaction.query(
                "SELECT id FROM outbox WHERE delivered_at < ? ORDER BY delivered_at LIMIT ?",
                [.integer(moment.milliseconds), .integer(limit)])
            for row in old {
                try transaction.execute("DELETE FROM outbox WHERE id = ?", [.integer(try row.integer("id"))])
            }
            return old.count
        }
    }
}

extension OutboxStore.Turn {
    init(_ row: Row) throws {
        portal = PortalID(rawValue: try row.text("portal_id"))
        dueAt = Moment(milliseconds: try row.integer("due_at"))
        failures = try row.integer("failures")
    }
}
