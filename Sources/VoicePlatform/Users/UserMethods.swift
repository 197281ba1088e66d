import Billing
import CallControl
import Storage
import VoiceEngine

/// AddUser, SetUserInfo, DelUser, GetUsers.
enum UserMethods {
    static let all: [APIMethod] = [
        .write("AddUser", for: .userKeepers, addUser),
        .write("SetUserInfo", for: .userKeepers, setUserInfo),
        .write("DelUser", for: .userKeepers, delUser),
        .read("GetUsers", for: .userKeepers, getUsers),
    ]

    private static func nameNotUnique(_ field: String) -> APIError {
        APIError(code: 118, message: "The user name isn't unique.", field: field)
    }

    private static func addUser(_ call: MethodCall) throws -> MethodResult {
        let application = try call.application()
        let values = try newUser(in: application, call)
        let row = try refusingDuplicate(["app_user.name": nameNotUnique("user_name")]) {
            try call.transaction.queryOne(
                """
                INSERT INTO app_user (account_id, application_id, name, display_name, ha1_md5, ha1_sha256, active,
                    parent_accounting, mobile_phone, custom_data, created_at, modified_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
                """, values)
        }
        return .done(
            ["user_id": .optional(try row?.integer("id"))], effects: [.directoryChanged(call.account.id)])
    }

    /// The columns of a new user, checked.
    private static func newUser(
        in application: ApplicationReference, _ call: MethodCall
    ) throws -> [SQLValue] {
        let parameters = call.parameters
        let name = try parameters.text("user_name", maximumLength: 200)
        let displayName = try parameters.text("user_display_name", maximumLength: 255)
        let password = try parameters.text("user_password", maximumLength: 255)
        try NameRules.checkUserName(name, field: "user_name")
        try NameRules.checkPassword(password, field: "user_password")
        let count = try QueryFilter("account_id = ?", call.owner).total(in: call.transaction, from: "app_user")
        guard count < call.configuration.limits.usersPerAccount else {
            throw APIError(code: 109, message: "The account has too many users.")
        }
        let credential = UserCredential(
            user: name, realm: call.domain(ofApplication: application.name), password: password)
        return [
            call.owner, .integer(application.id.rawValue), .text(name), .text(displayName), .text(credential.ha1MD5),
            .text(credential.ha1SHA256), .flag(try parameters.flag("user_active", default: true)),
            .flag(try parentAccounting(parameters) ?? true),
            .optional(try parameters.optionalText("mobile_phone", maximumLength: 64)),
            .optional(try parameters.optionalText("user_custom_data", maximumLength: 8191)),
            .integer(call.now.seconds), .integer(call.now.seconds),
        ]
    }

    /// Whether the account pays for the user: it always does, and nobody is told that a user would.
    private static func parentAccounting(_ parameters: MethodParameters) throws -> Bool? {
        let value = try parameters.optionalFlag("parent_accounting")
        guard value != false else {
            throw APIError.invalid("parent_accounting", "must be true: users have no balance of their own here")
        }
        return value
    }

    private static func setUserInfo(_ call: MethodCall) throws -> MethodResult {
        let parameters = call.parameters
        let users = try selected(call, allowsMany: false)
        guard let user = users.first else { throw userInvalid("user_id") }
        var change = try credentialChange(of: user, call)
        change.set(
            "display_name", try parameters.optionalText("user_display_name", maximumLength: 255).map(SQLValue.text))
        change.set("active", flag: try parameters.optionalFlag("user_active"))
        change.set("parent_accounting", flag: try parentAccounting(parameters))
        change.set("mobile_phone", clearable: try parameters.present("mobile_phone", maximumLength: 64))
        change.set("custom_data", clearable: try parameters.present("user_custom_data", maximumLength: 8191))
        change.set("modified_at", .integer(call.now.seconds))
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id = ?", .integer(try user.integer("id")))
        try refusingDuplicate(["app_user.name": nameNotUnique("new_user_name")]) {
            _ = try change.apply(to: "app_user", where: filter, in: call.transaction)
        }
        let now = try call.transaction.queryOne(
            "SELECT active, name, ha1_md5 FROM app_user WHERE \(filter.sql)", filter.arguments)
        let isWelcome =
            try now?.flag("active") == true && now?.text("name") == user.text("name")
            && now?.text("ha1_md5") == user.text("ha1_md5")
        return .done(
            effects: [.directoryChanged(call.account.id)] + (isWelcome ? [] : [try shutOut(user, call)]))
    }

    /// A new name and a new password, which belong together: the stored digests hold both.
    private static func credentialChange(of user: Row, _ call: MethodCall) throws -> RowChange {
        let parameters = call.parameters
        var change = RowChange()
        let newName = try parameters.optionalText("new_user_name", maximumLength: 200)
        if let newName { try NameRules.checkUserName(newName, field: "new_user_name") }
        let password = try parameters.optionalText("user_password", maximumLength: 255)
        if let password {
            try NameRules.checkPassword(password, field: "user_password")
            let realm = call.domain(ofApplication: try user.text("application_name"))
            let name = try newName ?? user.text("name")
            let credential = UserCredential(user: name, realm: realm, password: password)
            change.set("ha1_md5", .text(credential.ha1MD5))
            change.set("ha1_sha256", .text(credential.ha1SHA256))
        } else if let newName, try newName != user.text("name") {
            // The stored digests hold the name, and the password that could renew them is not kept.
            throw APIError.required("user_password", "is required together with a new name")
        }
        change.set("name", newName.map(SQLValue.text))
        return change
    }

    private static func delUser(_ call: MethodCall) throws -> MethodResult {
        let users = try selected(call, allowsMany: true)
        for user in users {
            try call.transaction.execute(
                "DELETE FROM app_user WHERE account_id = ? AND id = ?",
                [call.owner, .integer(try user.integer("id"))])
        }
        return .done(effects: [.directoryChanged(call.account.id)] + (try users.map { try shutOut($0, call) }))
    }

    /// - Parameter user: A row with its `name` and `application_name`.
    static func shutOut(_ user: Row, _ call: MethodCall) throws -> MethodResult.Effect {
        let domain = call.domain(ofApplication: try user.text("application_name"))
        return .userShutOut(UserAddress(username: try user.text("name"), domain: domain))
    }

    private static func userInvalid(_ field: String) -> APIError {
        APIError(code: 117, message: "The user_id is invalid.", field: field)
    }

    /// The users that `user_id` or `user_name` name; names need the application as well.
    private static func selected(_ call: MethodCall, allowsMany: Bool) throws -> [Row] {
        let wanted = try call.parameters.either("user_id", "user_name")
        var filter = QueryFilter("u.account_id = ?", call.owner)
        let application = try call.optionalApplication()
        filter.add("u.application_id = ?", optional: application.map { .integer($0.id.rawValue) })
        guard application != nil || (wanted.name == "user_id" && wanted.value != .all) else {
            throw APIError.required("application_id", "or application_name is required")
        }
        var count: Int?
        if case .listed(let items) = wanted.value {
            let values = Set(items).map { item in
                wanted.name == "user_id" ? SQLValue.integer(Int64(item) ?? -1) : .text(item)
            }
            filter.add(wanted.name == "user_id" ? "u.id" : "u.name", in: values)
            count = values.count
        }
        let rows = try call.transaction.query(
            """
            SELECT u.id, u.name, u.ha1_md5, a.name AS application_name FROM app_user u
            JOIN application a ON a.id = u.application_id
            WHERE \(filter.sql)
            """, filter.arguments)
        if let count, rows.count < count { throw userInvalid(wanted.name) }
        guard allowsMany || rows.count == 1 else { throw APIError.invalid(wanted.name, "must name one user") }
        return rows
    }

    /// The user of an application that `user_id` or `user_name` names; nil when neither is there.
    static func optionalUser(in application: ApplicationID, _ call: MethodCall) throws -> UserID? {
        guard let wanted = try call.parameters.optionalEither("user_id", "user_name") else { return nil }
        guard case .listed(let items) = wanted.value, items.count == 1 else {
            throw APIError.invalid(wanted.name, "must name one user")
        }
        let isID = wanted.name == "user_id"
        let row = try call.transaction.queryOne(
            "SELECT id FROM app_user WHERE account_id = ? AND application_id = ? AND \(isID ? "id" : "name") = ?",
            [call.owner, .integer(application.rawValue), isID ? .integer(Int64(items[0]) ?? -1) : .text(items[0])])
        guard let row else { throw userInvalid(wanted.name) }
        return UserID(rawValue: try row.integer("id"))
    }

    /// Filters by what there is not: nobody waits in a queue here.
    private static let unsupported = [
        "with_skills", "with_queues", "acd_status", "showing_skill_id", "excluded_skill_id", "showing_queue_id",
        "excluded_queue_id",
    ]

    private static func getUsers(_ call: MethodCall) throws -> JSONValue {
        let parameters = call.parameters
        try parameters.refuse(unsupported)
        let application = try call.application()
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("application_id = ?", .integer(application.id.rawValue))
        filter.add("id", in: try parameters.optionalIDs("user_id")?.map { .integer($0) })
        filter.add("name", containing: try parameters.optionalText("user_name"))
        filter.add("display_name", containing: try parameters.optionalText("user_display_name"))
        filter.add("active = ?", optional: try parameters.optionalFlag("user_active").map(SQLValue.flag))
        let order =
            switch try parameters.optionalText("order_by") {
            case nil, "user_id": "id"
            case "user_name": "name"
            case "user_display_name": "display_name, id"
            default: throw APIError.invalid("order_by", "is none of user_id, user_name, user_display_name")
            }
        let found = try filter.rows(
            of: call.transaction, select: "*", from: "app_user", order: order, page: try parameters.page())
        let balances = try AccountStore(transaction: call.transaction).balances(of: call.account, at: call.now)
        let isLive = try parameters.flag("return_live_balance")
        return .list(try found.rows.map { try json($0, balances, isLive: isLive) }, total: found.total)
    }

    /// UserInfo; users have no money of their own and show their account's.
    private static func json(_ row: Row, _ balances: Balances, isLive: Bool) throws -> JSONValue {
        let (live, fixed) = (balances.live.decimalText, balances.fixed.decimalText)
        return .members([
            "user_id": .integer(try row.integer("id")), "user_name": .string(try row.text("name")),
            "user_display_name": .string(try row.text("display_name")),
            "user_active": .bool(try row.flag("active")),
            "parent_accounting": .bool(try row.flag("parent_accounting")),
            "mobile_phone": .optional(try row.optionalText("mobile_phone")),
            "user_custom_data": .optional(try row.optionalText("custom_data")),
            "live_balance": .decimal(live), "fixed_balance": .decimal(fixed),
            "balance": .decimal(isLive ? live : fixed), "acd_status": .string("OFFLINE"),
            "created": .string(DateText.utc.dateTime(UnixTime(seconds: try row.integer("created_at")))),
            "modified": .string(DateText.utc.dateTime(UnixTime(seconds: try row.integer("modified_at")))),
        ])
    }
}
