import Billing
import CallControl
import Storage
import VoiceEngine

/// The stored registrations and their states.
struct SIPRegistrationStore {
    let transaction: Transaction

    /// A registration that is kept while its user has a phone here.
    struct Attendant: Sendable, Equatable {
        let user: UserAddress
        let registration: OutboundRegistration
        /// Whether an attempt's outcome is stored.
        let hasOutcome: Bool
    }

    /// Everything that is to be registered always: paid, persistent registrations of active accounts.
    func wanted() throws -> [OutboundRegistration] {
        try transaction.query(
            """
            SELECT s.* FROM sip_registration s JOIN account a ON a.id = s.account_id
            WHERE s.deactivated = 0 AND s.frozen_at IS NULL AND s.is_persistent = 1 AND a.active = 1 AND a.frozen = 0
            ORDER BY s.id
            """
        ).map(registration)
    }

    /// What is to be registered while a user is: registrations that are not persistent.
    func attendants(platformDomain: String) throws -> [Attendant] {
        try transaction.query(
            """
            SELECT s.*, u.name AS user_name, p.name AS application_name, a.name AS account_name
            FROM sip_registration s JOIN account a ON a.id = s.account_id JOIN app_user u ON u.id = s.user_id
            JOIN application p ON p.id = u.application_id
            WHERE s.deactivated = 0 AND s.frozen_at IS NULL AND s.is_persistent = 0 AND a.active = 1 AND a.frozen = 0
            ORDER BY s.id
            """
        ).map { row in
            let domain = SIPDomain.text(
                application: try row.text("application_name"), account: try row.text("account_name"),
                platform: platformDomain)
            return Attendant(
                user: UserAddress(username: try row.text("user_name"), domain: domain),
                registration: try registration(row), hasOutcome: try row.optionalInteger("successful") != nil)
        }
    }

    private func registration(_ row: Row) throws -> OutboundRegistration {
        OutboundRegistration(
            id: OutboundRegistrationID(rawValue: try row.integer("id")), userName: try row.text("username"),
            proxy: try row.text("proxy"), authUser: try row.optionalText("auth_user"),
            outboundProxy: try row.optionalText("outbound_proxy"), password: try row.optionalText("password"),
            contactUser: try row.text("contact_user"))
    }

    /// Notes that registrations were taken back: they are in no state until they are tried again.
    func noteTakenBack(_ ids: [OutboundRegistrationID], at now: UnixTime) throws {
        for id in ids {
            try transaction.execute(
                """
                UPDATE sip_registration SET successful = NULL, status_code = NULL, error_message = NULL, updated_at = ?
                WHERE id = ?
                """, [.integer(now.seconds), .integer(id.rawValue)])
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
