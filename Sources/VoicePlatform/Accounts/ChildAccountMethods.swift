import Billing
import CallControl
import Storage

/// SetChildAccountInfo, GetChildrenAccounts.
enum ChildAccountMethods {
    static let all: [APIMethod] = [
        .write("SetChildAccountInfo", for: .owners, setChildAccountInfo),
        .read("GetChildrenAccounts", for: .owners, getChildrenAccounts),
    ]

    /// Children as a request names them.
    enum Wanted {
        /// Every child, which may be a million.
        case all
        case listed([AccountID])
    }

    /// The children that `child_account_id`, `…_name` or `…_email` name; nil when none of them is there.
    static func wanted(_ call: MethodCall) throws -> Wanted? {
        let columns = [("child_account_id", "id"), ("child_account_name", "name"), ("child_account_email", "email")]
        var found: (field: String, column: String, selection: MethodParameters.Selection)?
        for (field, column) in columns {
            guard let selection = try call.parameters.optionalSelection(field) else { continue }
            guard found == nil else { throw APIError.invalid(field, "excludes the other ways to name a child account") }
            found = (field, column, selection)
        }
        guard let found else { return nil }
        guard case .listed(let items) = found.selection else { return .all }
        var filter = QueryFilter("parent_id = ?", call.owner)
        let values = try items.map { item in try value(item, found.field, found.column) }
        filter.add(found.column, in: values)
        let children = try ids(filter, call)
        if children.count < Set(values).count, try !call.parameters.flag("ignore_invalid_accounts") {
            throw APIError(code: 194, message: "The child_account_id is invalid.", field: found.field)
        }
        return .listed(children)
    }

    /// The children that a request names, each of them; nil when it names none.
    static func selected(_ call: MethodCall) throws -> [AccountID]? {
        switch try wanted(call) {
        case .listed(let children)?: children
        case .all?: try ids(QueryFilter("parent_id = ?", call.owner), call)
        case nil: nil
        }
    }

    private static func ids(_ filter: QueryFilter, _ call: MethodCall) throws -> [AccountID] {
        try call.transaction.query("SELECT id FROM account WHERE \(filter.sql) ORDER BY id", filter.arguments)
            .map { AccountID(rawValue: try $0.integer("id")) }
    }

    private static func value(_ item: String, _ field: String, _ column: String) throws -> SQLValue {
        guard column == "id" else { return .text(item.lowercased()) }
        guard let id = Int64(item) else { throw APIError.invalid(field, "holds something that is no id") }
        return .integer(id)
    }

    private static func required(_ call: MethodCall) throws -> [AccountID] {
        guard let children = try selected(call) else { throw APIError.required("child_account_id") }
        return children
    }

    private static func setChildAccountInfo(_ call: MethodCall) throws -> MethodResult {
        let children = try required(call)
        var change = try AccountMethods.profileChange(
            call.parameters, prefix: "child_", currency: call.account.currency)
        change.set("active", flag: try call.parameters.optionalFlag("active"))
        let credit = try call.parameters.optionalMoney("credit_limit", call.account.currency)
        guard credit?.isNegative != true else { throw APIError.amount("credit_limit", "is negative") }
        change.set("credit_limit", credit.map { .integer($0.millionths) })
        var filter = QueryFilter("parent_id = ?", call.owner)
        filter.add("id", in: children.map { .integer($0.rawValue) })
        guard children.count == 1 || call.parameters.isMissing("new_child_account_email") else {
            throw APIError.invalid("new_child_account_email", "can be set for one child at a time")
        }
        try AccountMethods.apply(change, to: filter, emailField: "new_child_account_email", call)
        try AccountSettings(transaction: call.transaction).set(
            AccountSettings.ofChild, from: call.parameters, for: children)
        if credit != nil {
            let watch = AccountWatch(transaction: call.transaction, now: call.now)
            for child in children { _ = try watch.look(at: child) }
        }
        // Registrations of an account that is not active are not kept.
        return .done(effects: children.map(MethodResult.Effect.directoryChanged) + [.registrationsChanged])
    }

    private static func getChildrenAccounts(_ call: MethodCall) throws -> JSONValue {
        let children = try required(call)
        var filter = QueryFilter("parent_id = ?", call.owner)
        filter.add("id", in: children.map { .integer($0.rawValue) })
        filter.add("active = ?", optional: try call.parameters.optionalFlag("active").map(SQLValue.flag))
        filter.add("frozen = ?", optional: try call.parameters.optionalFlag("frozen").map(SQLValue.flag))
        let order =
            switch try call.parameters.optionalText("order_by") {
            case nil, "child_account_id": "id"
            case "child_account_name": "name"
            case "child_account_email": "email"
            default: throw APIError.invalid("order_by", "is none of child_account_id, …_name, …_email")
            }
        let found = try filter.rows(
            of: call.transaction, select: "*", from: "account", order: order, page: try call.parameters.page())
        let isBrief = try call.parameters.flag("brief_output")
        let keys = AccountKeys(masters: call.configuration.masterAccounts)
        let isMedium = try call.parameters.flag("medium_output")
        let settings = AccountSettings(transaction: call.transaction)
        let items = try found.rows.map { row in
            let child = try Account(row: row)
            guard !isBrief else { return child.briefJSON }
            let key = keys.key(
                ofChild: child.name, of: call.account.name, digest: try row.text("api_key_digest"))
            return child.json(
                balance: try AccountMethods.shownBalance(of: child, call), apiKey: key,
                settings: isMedium ? [] : try settings.json(of: child.id))
        }
        return .list(items, total: found.total)
    }
}
