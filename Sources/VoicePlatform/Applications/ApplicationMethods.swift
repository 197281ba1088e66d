import CallControl
import Storage

/// AddApplication, GetApplications, DelApplication.
enum ApplicationMethods {
    static let all: [APIMethod] = [
        .write("AddApplication", addApplication),
        .read("GetApplications", getApplications),
        .write("DelApplication", delApplication),
    ]

    private static func addApplication(_ call: MethodCall) throws -> MethodResult {
        let name = try call.parameters.text("application_name", maximumLength: 200)
        try NameRules.checkApplicationName(name)
        let count = try QueryFilter("account_id = ?", call.owner).total(in: call.transaction, from: "application")
        guard count < call.configuration.limits.applicationsPerAccount else {
            throw APIError(code: 108, message: "The account has too many applications.")
        }
        let isSecure = try call.parameters.flag("secure_record_storage")
        let row = try refusingDuplicate([
            "application.name": APIError(
                code: 129, message: "The application name isn't unique.", field: "application_name")
        ]) {
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
        var filter = QueryFilter("account_id = ?", call.owner)
        if case .listed(let items) = wanted.value {
            let ids = try items.map { item in
                SQLValue.integer(
                    try call.application(wanted.name == "application_id" ? .id(item) : .name(item)).id.rawValue)
            }
            filter.add("id", in: ids)
        }
        try call.transaction.execute("DELETE FROM application WHERE \(filter.sql)", filter.arguments)
        return .done(effects: [.directoryChanged(call.account.id)])
    }
}
