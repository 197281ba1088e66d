import Billing
import CallControl
import Storage

/// The stored registrations and their states.
struct SIPRegistrationStore {
    let transaction: Transaction

    /// Everything that is to be registered: paid registrations of active accounts, and those that are only for the time
    /// in which a user is logged in not at all.
    func wanted() throws -> [SIPRegistration] {
        try transaction.query(
            """
            SELECT s.* FROM sip_registration s JOIN account a ON a.id = s.account_id
            WHERE s.deactivated = 0 AND s.frozen_at IS NULL AND s.is_persistent = 1 AND a.active = 1 AND a.frozen = 0
            ORDER BY s.id
            """
        ).map { row in
            SIPRegistration(
                id: try row.integer("id"), accountID: AccountID(rawValue: try row.integer("account_id")),
                userName: try row.text("username"), proxy: try row.text("proxy"),
                authUser: try row.optionalText("auth_user"), outboundProxy: try row.optionalText("outbound_proxy"),
                password: try row.optionalText("password"))
        }
    }

    /// Notes states, and tells accounts which of their registrations have failed or work again.
    func note(_ states: [SIPRegistrationState], at now: UnixTime) throws {
        var failures: [AccountID: [(id: Int64, status: Int, message: String?)]] = [:]
        var recoveries: [AccountID: [Int64]] = [:]
        for state in states {
            let row = try transaction.queryOne(
                "SELECT account_id, successful FROM sip_registration WHERE id = ? AND deactivated = 0",
                [.integer(state.id)])
            guard let row else { continue }
            let before = try row.optionalInteger("successful")
            let account = AccountID(rawValue: try row.integer("account_id"))
            if !state.isSuccessful, before != 0 {
                failures[account, default: []].append((state.id, state.statusCode, state.reason))
            } else if state.isSuccessful, before == 0 {
                recoveries[account, default: []].append(state.id)
            }
            try transaction.execute(
                "UPDATE sip_registration SET successful = ?, status_code = ?, error_message = ?, updated_at = ? WHERE id = ?",
                [
                    .flag(state.isSuccessful), .integer(state.statusCode), .optional(state.reason),
                    .integer(now.seconds), .integer(state.id),
                ])
        }
        let outbox = CallbackOutbox(transaction: transaction)
        for (account, list) in failures { try outbox.add(.registrationsFailed(list), for: account, at: now) }
        for (account, list) in recoveries { try outbox.add(.registrationsRecovered(list), for: account, at: now) }
    }
}
