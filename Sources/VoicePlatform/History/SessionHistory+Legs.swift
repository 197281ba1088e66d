import CallControl
import Storage

/// What is learned of a leg while it goes on.
extension SessionHistory {
    /// Notes what the script says of a leg, also of one that has ended.
    func setCustomData(_ text: String, of leg: CallID, in session: SessionID) throws {
        try transaction.execute(
            "UPDATE call_leg SET custom_data = ? WHERE session_id = ? AND call_id = ?",
            [.text(text), .integer(session.rawValue), .text(leg.rawValue)])
    }

    /// Notes that a leg of the session has agreed on wideband sound; one is enough.
    func setWideband(_ session: SessionID) throws {
        try transaction.execute(
            "UPDATE call_session SET is_wideband = 1 WHERE id = ?", [.integer(session.rawValue)])
    }
}
