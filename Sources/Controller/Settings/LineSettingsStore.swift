import Foundation
import Storage

/// Settings as they were last good, in the database, and the rows of running lines in memory.
struct LineSettingsStore: Sendable {
    private struct Key: Hashable {
        var portal: PortalID
        var line: LineKey
    }

    /// One line's row.
    struct Stored: Sendable, Equatable {
        var line: LineKey
        var phoneNumber: String
        var text: String
        var version: Int64
        var isStale: Bool
        /// Why the portal's last answer was not taken.
        var error: String?
    }

    let database: Database
    private let rows: RowMemory<Key, Stored>

    init(database: Database) {
        self.database = database
        rows = RowMemory(capacity: 1000, of: database, changes: .lineSettings) { text in
            PortalID.split(text).map { Key(portal: $0.portal, line: LineKey(rawValue: $0.name)) }
        }
    }

    func find(_ line: LineKey, _ portal: PortalID) async throws -> Stored? {
        try await rows.value(Key(portal: portal, line: line)) {
            try await database.read { transaction in
                try transaction.queryOne(
                    "SELECT * FROM line_settings WHERE portal_id = ? AND line = ?",
                    [.text(portal.rawValue), .text(line.rawValue)]
                ).map(Stored.init)
            }
        }
    }

    /// A portal's lines as calls have asked for them, by name.
    func list(_ portal: PortalID) async throws -> [Stored] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM line_settings WHERE portal_id = ? ORDER BY line LIMIT 1000", [.text(portal.rawValue)]
            ).map(Stored.init)
        }
    }

    /// The rows that a change of this line touches: asked for by its name, or by another name that meant it.
    func affected(by line: LineKey, _ portal: PortalID) async throws -> [Stored] {
        try await database.read { transaction in
            try transaction.query(
                "SELECT * FROM line_settings WHERE portal_id = ? AND (line = ? OR search_id = ?) ORDER BY line",
                [.text(portal.rawValue), .text(line.rawValue), .text(line.rawValue)]
            ).map(Stored.init)
        }
    }

    /// Writes good settings; the version counts up when the text is another.
    func save(
        _ settings: LineSettings, _ line: LineKey, phoneNumber: String, _ portal: PortalID, at moment: Moment
    ) async throws {
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO line_settings (portal_id, line, search_id, phone_number, settings, version, fetched_at,
                    is_stale, error)
                VALUES (?, ?, ?, ?, ?, 1, ?, 0, NULL)
                ON CONFLICT (portal_id, line) DO UPDATE SET search_id = excluded.search_id,
                    phone_number = excluded.phone_number, settings = excluded.settings,
                    version = line_settings.version
                        + CASE WHEN line_settings.settings = excluded.settings THEN 0 ELSE 1 END,
                    fetched_at = excluded.fetched_at, is_stale = 0, error = NULL
                """,
                [
                    .text(portal.rawValue), .text(line.rawValue), .text(settings.searchID), .text(phoneNumber),
                    .text(settings.text), .integer(moment.milliseconds),
                ])
            try transaction.notify(.lineSettings, portal.joined(to: line.rawValue))
        }
        rows.forget(Key(portal: portal, line: line))
    }

    /// Marks the row to be asked for again, and keeps what was wrong; the settings stay in force.
    func markStale(_ line: LineKey, _ portal: PortalID, error: String?) async throws {
        try await database.write { transaction in
            try transaction.execute(
                "UPDATE line_settings SET is_stale = 1, error = ? WHERE portal_id = ? AND line = ?",
                [.optional(error), .text(portal.rawValue), .text(line.rawValue)])
            try transaction.notify(.lineSettings, portal.joined(to: line.rawValue))
        }
        rows.forget(Key(portal: portal, line: line))
    }

    func delete(_ line: LineKey, _ portal: PortalID) async throws {
        try await database.write { transaction in
            try transaction.execute(
                "DELETE FROM line_settings WHERE portal_id = ? AND line = ?",
                [.text(portal.rawValue), .text(line.rawValue)])
            try transaction.notify(.lineSettings, portal.joined(to: line.rawValue))
        }
        rows.forget(Key(portal: portal, line: line))
    }
}

extension LineSettingsStore.Stored {
    init(_ row: Row) throws {
        line = LineKey(rawValue: try row.text("line"))
        phoneNumber = try row.text("phone_number")
        text = try row.text("settings")
        version = try row.integer("version")
        isStale = try row.flag("is_stale")
        error = try row.optionalText("error")
    }

    /// As support and operator see it.
    var json: JSONValue {
        [
            "line": .text(line.rawValue), "phone_number": .text(phoneNumber), "version": .integer(version),
            "stale": .flag(isStale), "error": error.json, "settings": JSONValue(Data(text.utf8)) ?? .null,
        ]
    }
}
