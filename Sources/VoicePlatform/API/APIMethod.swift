import CallControl
import Storage

/// One method of the management API.
struct APIMethod: Sendable {
    /// Who may call it.
    enum Access: Sendable, Equatable {
        /// An account with its own key.
        case account
        /// An account in the `parent_account_…` parameters, for a child that does not exist yet.
        case parent
    }

    /// What runs in the transaction that has checked the credentials.
    enum Work: Sendable {
        /// Reads only.
        case read(@Sendable (MethodCall) throws -> JSONValue)
        case write(@Sendable (MethodCall) throws -> MethodResult)
        /// Decides in the transaction, then starts a session.
        case start(@Sendable (MethodCall) throws -> ScenarioStart)
    }

    let name: String
    let access: Access
    let work: Work

    static func read(_ name: String, _ work: @escaping @Sendable (MethodCall) throws -> JSONValue) -> APIMethod {
        APIMethod(name: name, access: .account, work: .read(work))
    }

    static func write(
        _ name: String, access: Access = .account, _ work: @escaping @Sendable (MethodCall) throws -> MethodResult
    ) -> APIMethod {
        APIMethod(name: name, access: access, work: .write(work))
    }

    /// All methods, in the order of the documentation.
    static let all: [APIMethod] =
        AccountMethods.all + ChildAccountMethods.all + MoneyMethods.all + ApplicationMethods.all + UserMethods.all
        + ScenarioMethods.all + RuleMethods.all + NumberCatalogueMethods.all + NumberMethods.all + HistoryMethods.all
        + KeyValueMethods.all + SessionMethods.all

    static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

/// One call of a method: who calls, with which parameters, in which transaction.
struct MethodCall {
    let transaction: Transaction
    let account: Account
    let parameters: MethodParameters
    let configuration: VoicePlatformConfiguration
    let now: UnixTime

    /// The account's id as an argument of a statement.
    var owner: SQLValue { .integer(account.id.rawValue) }

    /// The key that the request has authenticated with.
    func ownKey() throws -> APIKey {
        let text = try parameters.optionalText("parent_account_api_key") ?? parameters.optionalText("api_key")
        return APIKey(text: text ?? "")
    }
}

/// What a method answers and what must follow once its transaction is committed.
struct MethodResult: Sendable {
    /// What must follow.
    enum Effect: Sendable, Hashable {
        /// Users, rules, scenarios, numbers or the state of the account are different now.
        case directoryChanged(AccountID)
        /// The file of a recording is no longer referred to.
        case recordDeleted(name: String)
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
