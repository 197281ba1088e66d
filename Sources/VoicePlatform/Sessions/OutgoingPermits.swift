import CallControl
import NIOCore
import Storage

/// Decides whether an account may make a call that shows a number or uses a registration.
///
/// A telephone call shows a number that the account has rented or proved to answer, or that of the caller whose call the
/// session handles; without one the trunk shows its own. A registration must be the account's.
struct OutgoingPermits: Sendable {
    let database: Database
    let account: AccountID
    /// Digits of who calls the session; nil for a session that no call has started.
    let caller: String?

    struct Refusal: Error, Equatable {
        let code: Int
        let reason: String

        static let foreignNumber = Refusal(
            code: 403, reason: "Caller ID Not Allowed: rent the number or verify it with AddCallerID")
        static let noRegistration = Refusal(code: 404, reason: "No SIP registration with this regId")
        static let unknown = Refusal(code: 500, reason: "Server Internal Error")
    }

    /// What has to be found out before a call; nil for one that anybody may make.
    func question(_ call: OutgoingSIPCall, toNumber number: String?) -> Question? {
        if let registration = call.registration { return .owns(registration) }
        guard number != nil else { return nil }
        let digits = Self.digits(call.callerID)
        return digits.isEmpty || digits == caller ? nil : .shows(digits)
    }

    enum Question: Sendable, Equatable {
        case owns(OutboundRegistrationID)
        case shows(_ digits: String)
    }

    /// Nil when the call may be made.
    func answer(_ question: Question, on eventLoop: any EventLoop) -> EventLoopFuture<Refusal?> {
        eventLoop.makeFutureWithTask { [self] in
            do {
                let isPermitted = try await database.read { try permits(question, $0) }
                guard !isPermitted else { return nil }
                if case .owns = question { return .noRegistration }
                return .foreignNumber
            } catch {
                return .unknown
            }
        }
    }

    private func permits(_ question: Question, _ transaction: Transaction) throws -> Bool {
        switch question {
        case .owns(let id):
            try transaction.queryOne(
                "SELECT id FROM sip_registration WHERE id = ? AND account_id = ? AND deactivated = 0 AND frozen_at IS NULL",
                [.integer(id.rawValue), .integer(account.rawValue)]) != nil
        case .shows(let digits):
            try transaction.queryOne(
                """
                SELECT 1 AS found FROM phone_number WHERE number = ? AND deactivated = 0 AND account_id = ?
                UNION ALL SELECT 1 FROM caller_id WHERE account_id = ? AND number = ? AND active = 1
                """,
                [
                    .text(digits), .integer(account.rawValue), .integer(account.rawValue), .text(digits),
                ]) != nil
        }
    }

    static func digits(_ text: String) -> String { text.filter { $0.isASCII && $0.isNumber } }
}
