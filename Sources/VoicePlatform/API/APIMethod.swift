import CallControl
import Digests
import Storage
import VoiceEngine

/// One method of the management API.
struct APIMethod: Sendable {
    /// How its caller names his account.
    enum Access: Sendable, Equatable {
        /// In the `account_…` parameters, or by a token.
        case account
        /// In the `parent_account_…` parameters, for a child that does not exist yet, or by a token.
        case parent
    }

    /// What runs in the transaction that has checked the credentials.
    enum Work: Sendable {
        /// Reads only.
        case read(@Sendable (MethodCall) throws -> JSONValue)
        case write(@Sendable (MethodCall) throws -> MethodResult)
        /// Decides in the transaction, then starts a session.
        case start(@Sendable (MethodCall) throws -> ScenarioStart)
        /// Decides in a transaction that is kept, then calls a number.
        case call(@Sendable (MethodCall) throws -> VerificationCall)
        /// Decides whether the caller may see how the trunks are, of which the answer is made afterwards.
        case trunks(@Sendable (MethodCall) throws -> Void)
        /// Names a file that is the answer.
        case file(@Sendable (MethodCall) throws -> StoredFile)
        /// Gets a new pair of keys, which takes too long for a transaction.
        case newKey(@Sendable (MethodCall, RSAKeyPair) throws -> MethodResult)
    }

    let name: String
    let access: Access
    let roles: RoleSet
    let work: Work

    static func read(
        _ name: String, for roles: RoleSet = .everyone, _ work: @escaping @Sendable (MethodCall) throws -> JSONValue
    ) -> APIMethod {
        APIMethod(name: name, access: .account, roles: roles, work: .read(work))
    }

    static func write(
        _ name: String, for roles: RoleSet, access: Access = .account,
        _ work: @escaping @Sendable (MethodCall) throws -> MethodResult
    ) -> APIMethod {
        APIMethod(name: name, access: access, roles: roles, work: .write(work))
    }

    static func start(
        _ name: String, for roles: RoleSet, _ work: @escaping @Sendable (MethodCall) throws -> ScenarioStart
    ) -> APIMethod {
        APIMethod(name: name, access: .account, roles: roles, work: .start(work))
    }

    static func call(
        _ name: String, for roles: RoleSet, _ work: @escaping @Sendable (MethodCall) throws -> VerificationCall
    ) -> APIMethod {
        APIMethod(name: name, access: .account, roles: roles, work: .call(work))
    }

    static func file(
        _ name: String, for roles: RoleSet, _ work: @escaping @Sendable (MethodCall) throws -> StoredFile
    ) -> APIMethod {
        APIMethod(name: name, access: .account, roles: roles, work: .file(work))
    }

    static func newKey(
        _ name: String, for roles: RoleSet,
        _ work: @escaping @Sendable (MethodCall, RSAKeyPair) throws -> MethodResult
    ) -> APIMethod {
        APIMethod(name: name, access: .account, roles: roles, work: .newKey(work))
    }

    /// All methods, in the order of the documentation.
    static let all: [APIMethod] =
        [
            AccountMethods.all, ChildAccountMethods.all, MoneyMethods.all, PaymentMethods.all, ChargeMethods.all,
            KeyMethods.all,
            ApplicationMethods.all, UserMethods.all, ScenarioMethods.all, RuleMethods.all, SessionMethods.all,
            NumberCatalogueMethods.all, NumberMethods.all, AccountNumberMethods.all, HistoryMethods.all,
            ReportMethods.all, AuditMethods.all, RecordStorageMethods.all, SIPRegistrationMethods.all,
            CallerIDMethods.all, TrunkMethods.all,
            BlackListMethods.all, WhiteListMethods.all, KeyValueMethods.all,
        ].flatMap { $0 }

    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

/// One call of a method: who calls, with which parameters, in which transaction.
struct MethodCall {
    let transaction: Transaction
    let caller: Caller
    let parameters: MethodParameters
    let configuration: VoicePlatformConfiguration
    let now: UnixTime

    var account: Account { caller.account }
    var roles: Set<AccountRole> { caller.roles }

    /// The account's id as an argument of a statement.
    var owner: SQLValue { .integer(account.id.rawValue) }

    /// The account and its parent, whose scenarios it may run.
    var family: [SQLValue] {
        [owner] + (account.parentID.map { [.integer($0.rawValue)] } ?? [])
    }
}

/// What a method answers and what must follow once its transaction is committed.
struct MethodResult: Sendable {
    /// What must follow.
    enum Effect: Sendable, Hashable {
        /// Users, rules, scenarios, numbers or the state of the account are different now.
        case directoryChanged(AccountID)
        /// Scenarios that the account's children may run are different now, too.
        case scenariosChanged(AccountID)
        /// The file of a recording is no longer referred to.
        case recordDeleted(name: String, of: AccountID, bytes: Int64)
        /// Other registrations are to be kept now.
        case registrationsChanged
        /// A user who is no longer there, or comes in by another name or password than before.
        case userShutOut(UserAddress)
    }

    var body: JSONValue
    var effects: [Effect] = []

    /// `{"result":1}` with more members.
    static func done(
        _ members: KeyValuePairs<String, JSONValue?> = [:], effects: [Effect] = []
    ) -> MethodResult {
        let more = members.compactMap { name, value in value.map { JSONValue.Member(name, $0) } }
        return MethodResult(body: .object([.init("result", .integer(1))] + more), effects: effects)
    }
}

extension JSONValue {
    /// The answer of a list method.
    static func list(_ items: [JSONValue], total: Int64) -> JSONValue {
        .members(["result": .array(items), "count": .count(items.count), "total_count": .integer(total)])
    }
}
