import CallControl
import Storage

/// AddApplication, SetApplicationInfo, GetApplications, DelApplication.
enum ApplicationMethods {
    static let all: [APIMethod] = [
        .write("AddApplication", for: .developers, addApplication),
        .write("SetApplicationInfo", for: .developers, setApplicationInfo),
        .read("GetApplications", getApplications),
        .write("DelApplication", for: .developers, delApplication),
    ]

    private static let nameNotUnique = APIError(
        code: 129, message: "The application name isn't unique.", field: "application_name")

    private static func addApplication(_ call: MethodCall) throws -> MethodResult {
        let name = try call.parameters.text("application_name", maximumLength: 200)
        try NameRules.checkApplicationName(name)
        let count = try QueryFilter("account_id = ?", call.owner).total(in: call.transaction, from: "application")
        guard count < call.configuration.limits.applicationsPerAccount else {
            throw APIError(code: 108, message: "The account has too many applications.")
        }
        let isSecure = try call.parameters.flag("secure_record_storage")
        let row = try refusingDuplicate(["application.name": nameNotUnique]) {
            try call.transaction.queryOne(
                """
                INSERT INTO application (account_id, name, secure_record_storage, modified_at) VALUES (?, ?, ?, ?)
                RETURNING id
                """,
                [call.owner, .text(name), .flag(isSecure), .integer(call.now.seconds)])
        }
        return .done(
            [
                "application_id": .optional(try row?.integer("id")),
                "application_name": .string(call.domain(ofApplication: name)),
                "secure_record_storage": .bool(isSecure),
            ], effects: [.directoryChanged(call.account.id)])
    }

    private static func setApplicationInfo(_ call: MethodCall) throws -> MethodResult {
        let parameters = call.parameters
        let wanted = try parameters.either("application_id", "required_application_name")
        guard case .listed(let items) = wanted.value, items.count == 1 else {
            throw APIError.invalid(wanted.name, "must name one application")
        }
        let application = try call.application(wanted.name == "application_id" ? .id(items[0]) : .name(items[0]))
        let name = try parameters.optionalText("application_name", maximumLength: 200).map(
            call.shortName(ofApplication:))
        if let name, name != application.name {
            try NameRules.checkApplicationName(name)
            try checkNoUsers(of: application, call)
        }
        var change = RowChange()
        change.set("name", name.map(SQLValue.text))
        change.set("secure_record_storage", flag: try parameters.optionalFlag("secure_record_storage"))
        change.set("modified_at", .integer(call.now.seconds))
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id = ?", .integer(application.id.rawValue))
        try refusingDuplicate(["application.name": nameNotUnique]) {
            _ = try change.apply(to: "application", where: filter, in: call.transaction)
        }
        let row = try call.transaction.queryOne(
            "SELECT secure_record_storage FROM application WHERE \(filter.sql)", filter.arguments)
        return .done(
            [
                "application_name": .string(call.domain(ofApplication: name ?? application.name)),
                "secure_record_storage": try row.map { .bool(try $0.flag("secure_record_storage")) },
            ], effects: [.directoryChanged(call.account.id)])
    }

    /// The users' stored digests hold the application's domain, and the passwords that could renew them are not kept.
    private static func checkNoUsers(of application: ApplicationReference, _ call: MethodCall) throws {
        let user = try call.transaction.queryOne(
            "SELECT id FROM app_user WHERE application_id = ? LIMIT 1", [.integer(application.id.rawValue)])
        guard user == nil else {
            throw APIError.invalid("application_name", "cannot change while the application has users")
        }
    }

    private static func getApplications(_ call: MethodCall) throws -> JSONValue {
        let parameters = call.parameters
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id", in: try parameters.optionalIDs("application_id")?.map { .integer($0) })
        let part = try parameters.optionalText("application_name").map(call.shortName(ofApplication:))
        filter.add("name", containing: part)
        let found = try filter.rows(
            of: call.transaction, select: "*", from: "application", order: "id", page: try parameters.page())
        let withRules = try parameters.flag("with_rules")
        let withScenarios = try parameters.flag("with_scenarios")
        let items = try found.rows.map { row in
            let id = ApplicationID(rawValue: try row.integer("id"))
            return JSONValue.members([
                "application_id": .integer(id.rawValue),
                "application_name": .string(call.domain(ofApplication: try row.text("name"))),
                "modified": .string(DateText.utc.dateTime(UnixTime(seconds: try row.integer("modified_at")))),
                "secure_record_storage": .bool(try row.flag("secure_record_storage")),
                "rules": withRules ? .array(try RuleMethods.json(of: id, withScenarios: withScenarios, call)) : nil,
            ])
        }
        return .list(items, total: found.total)
    }

    private static func delApplication(_ call: MethodCall) throws -> MethodResult {
        let wanted = try call.parameters.either("application_id", "application_name")
        var filter = QueryFilter("a.account_id = ?", call.owner)
        if case .listed(let items) = wanted.value {
            let ids = try items.map { item in
                SQLValue.integer(
                    try call.application(wanted.name == "application_id" ? .id(item) : .name(item)).id.rawValue)
            }
            filter.add("a.id", in: ids)
        }
        let users = try call.transaction.query(
            """
            SELECT u.name, a.name AS application_name FROM application a JOIN app_user u ON u.application_id = a.id
            WHERE \(filter.sql)
            """, filter.arguments)
        try call.transaction.execute("DELETE FROM application AS a WHERE \(filter.sql)", filter.arguments)
        return .done(
            effects: [.directoryChanged(call.account.id)] + (try users.map { try UserMethods.shutOut($0, call) }))
    }
}
