import CallControl
import Storage

/// AddScenario, SetScenarioInfo, GetScenarios, DelScenario, BindScenario, ReorderScenarios.
enum ScenarioMethods {
    static let all: [APIMethod] = [
        .write("AddScenario", for: .scenarioWriters, addScenario),
        .write("SetScenarioInfo", for: .scenarioWriters, setScenarioInfo),
        .read("GetScenarios", for: .scenarioWriters, getScenarios),
        .write("DelScenario", for: .scenarioWriters, delScenario),
        .write("BindScenario", for: .scenarioWriters, bindScenario),
        .write("ReorderScenarios", for: .scenarioWriters, reorderScenarios),
    ]

    private static let nameNotUnique = APIError(
        code: 133, message: "The scenario name isn't unique.", field: "scenario_name")

    static func invalid(_ field: String) -> APIError {
        APIError(code: 132, message: "The scenario_id is invalid.", field: field)
    }

    private static func name(_ parameters: MethodParameters) throws -> String? {
        guard let name = try parameters.optionalText("scenario_name", maximumLength: 200) else { return nil }
        guard name.count < 30 else { throw APIError.invalid("scenario_name", "must be shorter than 30") }
        return name
    }

    private static func script(_ parameters: MethodParameters) throws -> String? {
        guard let script = try parameters.present("scenario_script", maximumLength: 1 << 20) else { return nil }
        guard script.utf8.count < 128 * 1024 else {
            throw APIError(code: 130, message: "The script is too long, the limit is 128 KB.", field: "scenario_script")
        }
        return script
    }

    private static func addScenario(_ call: MethodCall) throws -> MethodResult {
        guard let name = try name(call.parameters) else { throw APIError.required("scenario_name") }
        let script = try script(call.parameters) ?? ""
        let application = try call.optionalApplication()
        let rule = try RuleMethods.optionalRule(call)
        let count = try QueryFilter("account_id = ?", call.owner).total(in: call.transaction, from: "scenario")
        guard count < call.configuration.limits.scenariosPerAccount else {
            throw APIError(code: 418, message: "The account has too many scenarios.")
        }
        let isRewritten = try call.parameters.flag("rewrite")
        let row = try refusingDuplicate(["scenario.name": nameNotUnique]) {
            try call.transaction.queryOne(
                """
                INSERT INTO scenario (account_id, application_id, name, script, modified_at) VALUES (?, ?, ?, ?, ?)
                \(isRewritten ? "ON CONFLICT (account_id, name) DO UPDATE SET script = excluded.script, modified_at = excluded.modified_at" : "")
                RETURNING id
                """,
                [
                    call.owner, .optional(application?.id.rawValue), .text(name), .text(script),
                    .integer(call.now.seconds),
                ])
        }
        let id = ScenarioID(rawValue: try row?.integer("id") ?? 0)
        if let rule { try RuleMethods.bind([id], to: rule, call) }
        return .done(["scenario_id": .integer(id.rawValue)], effects: [.scenariosChanged(call.account.id)])
    }

    private static func setScenarioInfo(_ call: MethodCall) throws -> MethodResult {
        let wanted = try call.parameters.either("scenario_id", "required_scenario_name")
        guard case .listed(let items) = wanted.value, items.count == 1 else {
            throw APIError.invalid(wanted.name, "must name one scenario")
        }
        let own = QueryFilter("account_id = ?", call.owner)
        let id = try ids(items, among: own, isName: wanted.name != "scenario_id", field: wanted.name, call)[0]
        var change = RowChange()
        change.set("name", try name(call.parameters).map(SQLValue.text))
        change.set("script", try script(call.parameters).map(SQLValue.text))
        change.set("modified_at", .integer(call.now.seconds))
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id = ?", .integer(id.rawValue))
        try refusingDuplicate(["scenario.name": nameNotUnique]) {
            _ = try change.apply(to: "scenario", where: filter, in: call.transaction)
        }
        return .done(effects: [.scenariosChanged(call.account.id)])
    }

    private static func getScenarios(_ call: MethodCall) throws -> JSONValue {
        let parameters = call.parameters
        var filter = visible(call)
        let id = try parameters.optionalInteger("scenario_id")
        filter.add("id = ?", optional: id.map { .integer($0) })
        filter.add("name", containing: try parameters.optionalText("scenario_name"))
        if let application = try call.optionalApplication() {
            filter.add("(application_id IS NULL OR application_id = ?)", .integer(application.id.rawValue))
        }
        let withScript = try parameters.flag("with_script")
        guard !withScript || id != nil else { throw APIError.required("scenario_id", "is required by with_script") }
        let found = try filter.rows(
            of: call.transaction, select: withScript ? "*" : "id, account_id, name, modified_at", from: "scenario",
            order: "id",
            page: try parameters.page())
        let items = try found.rows.map { row in
            JSONValue.members([
                "scenario_id": .integer(try row.integer("id")), "scenario_name": .string(try row.text("name")),
                "scenario_script": withScript ? .string(try row.text("script")) : nil,
                "modified": .string(DateText.utc.dateTime(UnixTime(seconds: try row.integer("modified_at")))),
                "parent": .bool(try row.integer("account_id") != call.account.id.rawValue),
            ])
        }
        return .list(items, total: found.total)
    }

    private static func delScenario(_ call: MethodCall) throws -> MethodResult {
        for id in try selected(call, among: QueryFilter("account_id = ?", call.owner)) {
            try call.transaction.execute(
                "DELETE FROM scenario WHERE account_id = ? AND id = ?", [call.owner, .integer(id.rawValue)])
        }
        return .done(effects: [.scenariosChanged(call.account.id)])
    }

    private static func bindScenario(_ call: MethodCall) throws -> MethodResult {
        guard let rule = try RuleMethods.optionalRule(call) else {
            throw APIError.required("rule_id", "or rule_name is required")
        }
        let scenarios = try selected(call)
        if try call.parameters.flag("bind", default: true) {
            try RuleMethods.bind(scenarios, to: rule, call)
        } else {
            for id in scenarios {
                try call.transaction.execute(
                    "DELETE FROM rule_scenario WHERE rule_id = ? AND scenario_id = ?",
                    [.integer(rule.rawValue), .integer(id.rawValue)])
            }
        }
        return .done(effects: [.directoryChanged(call.account.id)])
    }

    private static func reorderScenarios(_ call: MethodCall) throws -> MethodResult {
        guard let rule = try RuleMethods.optionalRule(call) else {
            throw APIError.required("rule_id", "or rule_name is required")
        }
        let wanted = try selected(call)
        let rows = try call.transaction.query(
            "SELECT scenario_id, position FROM rule_scenario WHERE rule_id = ? ORDER BY position",
            [.integer(rule.rawValue)])
        let bound = try rows.filter { row in try wanted.map(\.rawValue).contains(row.integer("scenario_id")) }
        guard Set(wanted).count == wanted.count, bound.count == wanted.count else {
            throw APIError.invalid("scenario_id", "must list different scenarios of the rule")
        }
        // The listed scenarios take the places that they have now, in the new order; others stay where they are.
        for (scenario, row) in zip(wanted, bound) {
            try call.transaction.execute(
                "UPDATE rule_scenario SET position = ? WHERE rule_id = ? AND scenario_id = ?",
                [.integer(try row.integer("position")), .integer(rule.rawValue), .integer(scenario.rawValue)])
        }
        return .done(effects: [.directoryChanged(call.account.id)])
    }

    /// What an account may run: its own scenarios, and those of its parent that belong to no application. It may not
    /// change the latter.
    private static func visible(_ call: MethodCall) -> QueryFilter {
        var filter = QueryFilter("(account_id = ? OR application_id IS NULL)", call.owner)
        filter.add("account_id", in: call.family)
        return filter
    }

    /// The scenarios that `scenario_id` or `scenario_name` list, in the order of the request; `all` are the account's own.
    ///
    /// - Parameter filter: Nil for all that the account may run.
    static func selected(_ call: MethodCall, among filter: QueryFilter? = nil) throws -> [ScenarioID] {
        let wanted = try call.parameters.either("scenario_id", "scenario_name")
        switch wanted.value {
        case .all:
            return try call.transaction.query("SELECT id FROM scenario WHERE account_id = ? ORDER BY id", [call.owner])
                .map { ScenarioID(rawValue: try $0.integer("id")) }
        case .listed(let items):
            return try ids(
                items, among: filter ?? visible(call), isName: wanted.name == "scenario_name", field: wanted.name, call)
        }
    }

    /// Of two scenarios with one name the account's own is meant.
    private static func ids(
        _ items: [String], among filter: QueryFilter, isName: Bool, field: String, _ call: MethodCall
    ) throws -> [ScenarioID] {
        try items.map { item in
            var filter = filter
            filter.add("\(isName ? "name" : "id") = ?", isName ? .text(item) : .integer(Int64(item) ?? -1))
            let row = try call.transaction.queryOne(
                "SELECT id FROM scenario WHERE \(filter.sql) ORDER BY CASE account_id WHEN ? THEN 0 ELSE 1 END LIMIT 1",
                filter.arguments + [call.owner])
            guard let row else { throw invalid(field) }
            return ScenarioID(rawValue: try row.integer("id"))
        }
    }
}
