import Logging
import Storage

/// What the operator's people have done, in the database and in the log.
///
/// A line is written in the transaction of the change that it tells of, and never changed or removed.
struct StaffJournal: Sendable {
    static let migration = Migration(
        "2026-12 staff's journal",
        [
            """
            CREATE TABLE staff_journal (
                id AUTO_ID, person TEXT NOT NULL, act TEXT NOT NULL, object TEXT NOT NULL, at BIGINT NOT NULL)
            """
        ])

    let database: Database
    let logger: Logger

    /// Adds a line to the transaction of what it tells.
    static func write(_ act: StaffAct, to transaction: Transaction) throws {
        try transaction.execute(
            "INSERT INTO staff_journal (person, act, object, at) VALUES (?, ?, ?, ?)",
            [
                .text(act.person), .text(act.kind.rawValue), .text(act.object), .integer(act.at.milliseconds),
            ])
    }

    /// Says in the log what has been committed.
    func log(_ act: StaffAct) {
        logger.info(
            "staff",
            metadata: ["staff": "\(act.person)", "act": "\(act.kind.rawValue)", "object": "\(act.object)"])
    }

    /// Lines with identifiers below `before`, the latest first.
    func page(before: Int64, limit: Int) async throws -> [Line] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT id, person, act, object, at FROM staff_journal WHERE id < ? ORDER BY id DESC LIMIT ?",
                [.integer(before), .integer(limit)]
            ).map { try Line($0) }
        }
    }

    /// A line as it was written, also of an act that a later version knows.
    struct Line: Sendable, Equatable {
        let id: Int64
        let person: String
        let act: String
        let object: String
        let at: Moment

        init(_ row: Row) throws {
            id = try row.integer("id")
            person = try row.text("person")
            act = try row.text("act")
            object = try row.text("object")
            at = Moment(milliseconds: try row.integer("at"))
        }

        var json: JSONValue {
            [
                "id": .integer(id), "person": .text(person), "act": .text(act), "object": .text(object),
                "at": .integer(at.seconds),
            ]
        }
    }
}
