import CallControl
import Storage

/// Decides who may read a recording or a session log.
///
/// The file's name is 128 random bits. A log, a recording that its scenario wants secure and those of an application with
/// `secure_record_storage` ask for more: a signature that has not expired, a token, or account and API key.
struct FileAccess: Sendable {
    let database: Database
    let configuration: @Sendable () -> VoicePlatformConfiguration
    let clock: @Sendable () -> UnixTime

    /// What is asked for.
    enum Kind: String, Sendable {
        case log
        case record
    }

    enum Decision: Sendable, Equatable {
        case permitted
        /// No such file, or one that was deleted: 404.
        case unknown
        /// 403
        case refused
    }

    /// A request for a file.
    struct Question: Sendable {
        let kind: Kind
        let name: String
        /// The fields of the query.
        let query: [String: String]
        /// The `Authorization` header.
        let authorization: String?

        var path: String { "/\(kind.rawValue)/\(name)" }
    }

    func decide(_ question: Question) async throws -> Decision {
        let (signing, now) = (configuration().urlSigning, clock())
        return try await database.read { transaction in
            guard let file = try Self.file(question, transaction) else { return .unknown }
            if !file.isSecure { return .permitted }
            if signing.permits(question.query, path: question.path, account: file.owner, now: now) {
                return .permitted
            }
            let caller = try? Authentication(transaction: transaction, now: now).caller(
                Credentials(
                    authorization: question.authorization, parameters: MethodParameters(question.query)),
                for: .account)
            guard let caller, try Self.owns(caller.account, file.owner, transaction) else { return .refused }
            let roles = question.kind == .log ? RoleSet.logReaders : .everyone
            return roles.admits(caller.roles) ? .permitted : .refused
        }
    }

    private static func file(
        _ question: Question, _ transaction: Transaction
    ) throws -> (owner: AccountID, isSecure: Bool)? {
        // Nobody can say any more what a deleted application wanted, so its files stay closed.
        let statement =
            switch question.kind {
            case .log:
                "SELECT account_id, 1 AS secure FROM call_session WHERE log_name = ? AND log_deleted = 0"
            case .record:
                """
                SELECT s.account_id,
                    CASE WHEN r.secure = 1 THEN 1 ELSE COALESCE(a.secure_record_storage, 1) END AS secure
                FROM call_record r JOIN call_session s ON s.id = r.session_id
                LEFT JOIN application a ON a.id = s.application_id WHERE r.name = ? AND r.deleted = 0
                """
            }
        let row = try transaction.queryOne(statement, [.text(question.name)])
        return try row.map { (AccountID(rawValue: try $0.integer("account_id")), try $0.flag("secure")) }
    }

    /// A parent may read what its children may.
    private static func owns(_ account: Account, _ owner: AccountID, _ transaction: Transaction) throws -> Bool {
        if account.id == owner { return true }
        let found = try AccountStore(transaction: transaction).find(.id(owner.rawValue))
        return found?.account.parentID == account.id
    }
}
