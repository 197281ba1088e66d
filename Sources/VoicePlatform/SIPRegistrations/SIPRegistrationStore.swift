import Billing
import CallControl
import Storage
import VoiceEngine

/// The stored registrations and their states.
struct SIPRegistrationStore {
    let transaction: Transaction

    /// Everything that is to be registered: paid registrations of active accounts, and those that are only for the time
    /// in which a user is logged in not at all.
    func wanted() throws -> [OutboundRegistration] {
        try transaction.query(
            """
            SELECT s.* FROM sip_registration s JOIN account a ON a.id = s.account_id
            WHERE s.deactivated = 0 AND s.frozen_at IS NULL AND s.is_persistent = 1 AND a.active = 1 AND a.frozen = 0
            ORDER BY s.id
            """
        ).map { row in
            OutboundRegistration(
                id: OutboundRegistrationID(rawValue: try row.integer("id")), userName: try row.text("username"),
                proxy: try row.text("proxy"), authUser: try row.optionalText("auth_user"),
                outboundProxy: try row.optionalText("outbound_proxy"), password: try row.optionalText("password"),
                contactUser: try row.text("contact_user"))
        }
    }

    /// Notes how an attempt has ended, and tells the account of a registration that has failed or works again.
    func note(_ outcome: RegistrationOutcome, at now: UnixTime) throws {
        let id = outcome.id.rawValue
        let row = try transaction.queryOne(
            "SELECT account_id, successful FROM sip_registration WHERE id = ? AND deactivated = 0", [.integer(id)])
        guard let row else { return }
        let account = AccountID(rawValue: try row.integer("account_id"))
        let before = try row.optionalInteger("successful")
        let reason = outcome.isSuccessful ? nil : outcome.reason
        try transaction.execute(
            "UPDATE sip_registration SET successful = ?, status_code = ?, error_message = ?, updated_at = ? WHERE id = ?",
            [
                .flag(outcome.isSuccessful), .integer(outcome.status), .optional(reason), .integer(now.seconds),
                .integer(id),
            ])
        let outbox = CallbackOutbox(transaction: transaction)
        if !outcome.isSuccessful, before != 0 {
            try outbox.add(
                .registrationsFailed([(id: id, status: outcome.status, message: reason)]), for: account, at: now)
        } else if outcome.isSuccessful, before == 0 {
            try outbox.add(.registrationsRecovered([id]), for: account, at: now)
        }
    }
}
