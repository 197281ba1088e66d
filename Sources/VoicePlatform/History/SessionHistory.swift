import Billing
import CallControl
import Storage

/// A session's row as it begins.
struct SessionRecord: Sendable, Equatable {
    let plan: SessionPlan
    let userID: UserID?
    let startedAt: UnixTime
    let initiatorAddress: String
    let mediaServerAddress: String
    let logName: String
    let customData: String?
}

/// A leg's row as it begins.
struct LegRecord: Sendable, Equatable {
    /// The far end, in the words of the API's `remote_number_type`.
    enum RemoteKind: String, Sendable {
        case user
        case sip
        case pstn
        case mobile
    }

    let id: CallID
    let startedAt: UnixTime
    let localNumber: String
    let remoteNumber: String
    let remoteKind: RemoteKind
    let isIncoming: Bool
    /// Who has forwarded an incoming call last.
    var divertedFrom: String?
}

/// How a leg's row ends.
struct LegEnd: Sendable, Equatable {
    let seconds: Int
    let isSuccessful: Bool
    let code: Int
    let reason: String
    let charge: Charge
    /// Whether money was held for the leg.
    var isHeld = false
}

/// The statements that write the call history.
struct SessionHistory {
    let transaction: Transaction

    /// The session is in the history before its first event, so that a crash cannot hide it.
    func insert(_ session: SessionRecord) throws -> SessionID {
        let row = try transaction.queryOne(
            """
            INSERT INTO call_session (account_id, application_id, application_name, user_id, rule_id, rule_name, start_ms,
                initiator_address, media_server_address, log_name, custom_data)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
            """,
            [
                .integer(session.plan.accountID.rawValue), .integer(session.plan.applicationID.rawValue),
                .text(session.plan.domain), .optional(session.userID?.rawValue),
                .integer(session.plan.ruleID.rawValue), .text(session.plan.ruleName),
                .integer(session.startedAt.milliseconds), .text(session.initiatorAddress),
                .text(session.mediaServerAddress), .text(session.logName), .optional(session.customData),
            ])
        return SessionID(rawValue: try row?.integer("id") ?? 0)
    }

    func setCustomData(_ text: String, of session: SessionID) throws {
        try transaction.execute(
            "UPDATE call_session SET custom_data = ? WHERE id = ?", [.text(text), .integer(session.rawValue)])
    }

    /// Ends the row once; a row that has ended stays as it is.
    func finish(_ session: SessionID, at end: UnixTime, reason: String) throws {
        try transaction.execute(
            "UPDATE call_session SET finish_reason = ?, duration_ms = ? - start_ms WHERE id = ? AND finish_reason IS NULL",
            [.text(reason), .integer(end.milliseconds), .integer(session.rawValue)])
    }

    func insert(_ leg: LegRecord, of session: SessionID) throws {
        try transaction.execute(
            """
            INSERT INTO call_leg (session_id, call_id, start_ms, local_number, remote_number, remote_number_type, incoming,
                diversion_number)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session_id, call_id) DO NOTHING
            """,
            [
                .integer(session.rawValue), .text(leg.id.rawValue), .integer(leg.startedAt.milliseconds),
                .text(leg.localNumber), .text(leg.remoteNumber), .text(leg.remoteKind.rawValue),
                .flag(leg.isIncoming), .optional(leg.divertedFrom),
            ])
    }

    func setConnected(_ leg: CallID, of session: SessionID, at time: UnixTime) throws {
        try transaction.execute(
            "UPDATE call_leg SET connected_ms = ? WHERE session_id = ? AND call_id = ? AND duration_s IS NULL",
            [.integer(time.milliseconds), .integer(session.rawValue), .text(leg.rawValue)])
    }

    /// Ends a leg's row, books its charge and lets go of what was held for it, all once.
    func finish(_ leg: CallID, of session: SessionID, _ end: LegEnd, account: AccountID, at now: UnixTime) throws {
        let key = CallHold.Key(session: session, leg: leg)
        let booking = try book(end.charge, under: key, account: account, at: now)
        if end.isHeld { try HoldStore(transaction: transaction, now: now).release(key) }
        try transaction.execute(
            """
            UPDATE call_leg SET duration_s = ?, successful = ?, end_code = ?, end_reason = ?, cost = ?, direction = ?,
                transaction_id = ?
            WHERE session_id = ? AND call_id = ? AND duration_s IS NULL
            """,
            [
                .integer(end.seconds), .flag(end.isSuccessful), .integer(end.code), .text(end.reason),
                .integer(end.charge.amount.millionths), .text(end.charge.direction), .optional(booking),
                .integer(session.rawValue), .text(leg.rawValue),
            ])
    }

    /// Takes a call's charge off the balance, once; nothing is booked for nothing.
    ///
    /// - Returns: The booking.
    func book(_ charge: Charge, under key: CallHold.Key, account: AccountID, at now: UnixTime) throws -> Int64? {
        guard !charge.amount.isZero else { return nil }
        let entry = LedgerEntry(
            key: key.booking, kind: .resourceCharge, amount: try charge.amount.multiplied(by: -1),
            text: charge.direction)
        return try LedgerStore(transaction: transaction).book(entry, for: account, at: now)
    }
}
