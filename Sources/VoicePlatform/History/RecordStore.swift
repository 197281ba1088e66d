import CallControl
import Foundation
import Storage

/// The rows of recordings.
struct RecordStore {
    let transaction: Transaction

    func insert(
        _ name: String, of leg: CallID, session: SessionID, _ request: RecordingRequest, at start: UnixTime
    ) throws {
        try transaction.execute(
            """
            INSERT INTO call_record (session_id, call_id, name, start_ms, title, secure, expires_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(session.rawValue), .text(leg.rawValue), .text(name), .integer(start.milliseconds),
                .optional(request.name), .flag(request.isSecure),
                .integer(request.life.end(of: start).seconds),
            ])
    }

    /// Ends a recording's row once, and counts its file among what the account keeps.
    ///
    /// - Returns: How many bytes more the account keeps.
    func finish(_ name: String, seconds: Int, bytes: Int?, of account: AccountID) throws -> Int64 {
        let changed = try transaction.execute(
            "UPDATE call_record SET duration_s = ?, file_size = ? WHERE name = ? AND duration_s IS NULL",
            [.integer(seconds), .optional(bytes.map(Int64.init)), .text(name)])
        guard changed > 0, let bytes else { return 0 }
        try AccountStorage.note(Int64(bytes), of: account, in: transaction)
        return Int64(bytes)
    }
}

extension RecordingLife {
    /// When a recording of that time is deleted: the same day of a later month in UTC.
    func end(of start: UnixTime) -> UnixTime {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = Date(timeIntervalSince1970: Double(start.seconds))
        let end = calendar.date(byAdding: .month, value: months, to: date)
        return UnixTime(
            seconds: end.map { Int64($0.timeIntervalSince1970) } ?? start.seconds + Int64(months) * 2_678_400)
    }
}
