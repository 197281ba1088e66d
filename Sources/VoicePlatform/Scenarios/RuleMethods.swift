import CallControl
import Storage

/// AddRule, SetRuleInfo, GetRules, DelRule, ReorderRules.
enum RuleMethods {
    static let all: [APIMethod] = [
        .write("AddRule", for: .scenarioWriters, addRule),
        .write("SetRuleInfo", for: .scenarioWriters, setRuleInfo),
        .read("GetRules", for: .scenarioWriters, getRules),
        .write("DelRule", for: .scenarioWriters, delRule),
        .write("ReorderRules", for: .scenarioWriters, reorderRules),
    ]

    private static let nameNotUnique = APIError(code: 175, message: "The rule name isn't unique.", field: "rule_name")

    private static func invalid(_ field: String) -> APIError {
        APIError(code: 147, message: "The rule_id is invalid.", field: field)
    }

    private static func name(_ parameters: MethodParameters) throws -> String? {
        guard let name = try parameters.optionalText("rule_name", maximumLength: 1000) else { return nil }
        guard name.count < 100 else {
            throw APIError(code: 156, message: "The rule name must be shorter than 100.", field: "rule_name")
        }
        return name
    }

    private static func addRule(_ call: MethodCall) throws -> MethodResult {
        let parameters = call.parameters
        let application = try call.application()
        guard let name = try name(parameters) else { throw APIError.required("rule_name") }
        let pattern = try parameters.text("rule_pattern", maximumLength: 65_535)
        let exclude = try parameters.optionalText("rule_pattern_exclude", maximumLength: 65_535)
        _ = try RulePattern(pattern: pattern, exclude: exclude)
        let scenarios = try ScenarioMethods.selected(call)
        let row = try refusingDuplicate(["call_rule.name": nameNotUnique]) {
            try call.transaction.queryOne(
                """
                INSERT INTO call_rule (account_id, application_id, name, pattern, pattern_exclude, video_conference,
                    modified_at, position)
                SELECT ?, ?, ?, ?, ?, ?, ?, COALESCE(MAX(position), 0) + 1 FROM call_rule WHERE application_id = ?
                RETURNING id
                """,
                [
                    call.owner, .integer(application.id.rawValue), .text(name), .text(pattern), .optional(exclude),
                    .flag(try parameters.flag("video_conference")), .integer(call.now.seconds),
                    .integer(application.id.rawValue),
                ])
        }
        let id = RuleID(rawValue: try row?.integer("id") ?? 0)
        try bind(scenarios, to: id, call)
        return .done(["rule_id": .integer(id.rawValue)], effects: [.directoryChanged(call.account.id)])
    }

    private static func setRuleInfo(_ call: MethodCall) throws -> MethodResult {
        let parameters = call.parameters
        let id = try rule(.integer(try parameters.integer("rule_id")), column: "id", field: "rule_id", nil, call)
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id = ?", .integer(id.rawValue))
        let current = try call.transaction.queryOne("SELECT * FROM call_rule WHERE \(filter.sql)", filter.arguments)
        let pattern = try parameters.optionalText("rule_pattern", maximumLength: 65_535)
        let exclude = try parameters.present("rule_pattern_exclude", maximumLength: 65_535)
        _ = try RulePattern(
            pattern: try pattern ?? current?.text("pattern") ?? "",
            exclude: try exclude ?? current?.optionalText("pattern_exclude"))
        var change = RowChange()
        change.set("name", try name(parameters).map(SQLValue.text))
        change.set("pattern", pattern.map(SQLValue.text))
        change.set("pattern_exclude", clearable: exclude)
        change.set("video_conference", flag: try parameters.optionalFlag("video_conference"))
        change.set("modified_at", .integer(call.now.seconds))
        try refusingDuplicate(["call_rule.name": nameNotUnique]) {
            _ = try change.apply(to: "call_rule", where: filter, in: call.transaction)
        }
        return .done(effects: [.directoryChanged(call.account.id)])
    }

    private static func getRules(_ call: MethodCall) throws -> JSONValue {
        let parameters = call.parameters
        let application = try call.application()
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("application_id = ?", .integer(application.id.rawValue))
        filter.add("id", in: try parameters.optionalIDs("rule_id")?.map { .integer($0) })
        filter.add("name", containing: try parameters.optionalText("rule_name"))
        filter.add("video_conference = ?", optional: try parameters.optionalFlag("video_conference").map(SQLValue.flag))
        let page = try parameters.page()
        let withScenarios = try parameters.flag("with_scenarios")
        guard let template = try parameters.optionalText("template", maximumLength: 1024) else {
            let found = try filter.rows(
                of: call.transaction, select: "*", from: "call_rule", order: "position, id", page: page)
            return .list(
                try found.rows.map { try json($0, withScenarios: withScenarios, call) }, total: found.total)
        }
        let rows = try call.transaction.query(
            "SELECT * FROM call_rule WHERE \(filter.sql) ORDER BY position, id", filter.arguments)
        let matching = try rows.filter { row in
            let pattern = try RulePattern(
                pattern: try row.text("pattern"), exclude: try row.optionalText("pattern_exclude"))
            return pattern.matches(template)
        }
        let part = matching.dropFirst(Int(page.offset)).prefix(Int(page.count))
        return .list(
            try part.map { try json($0, withScenarios: withScenarios, call) }, total: Int64(matching.count))
    }

    private static func delRule(_ call: MethodCall) throws -> MethodResult {
        let wanted = try call.parameters.either("rule_id", "rule_name")
        let application = try call.optionalApplication()
        switch wanted.value {
        case .all:
            guard let application else { throw APIError.required("application_id", "or application_name is required") }
            try call.transaction.execute(
                "DELETE FROM call_rule WHERE account_id = ? AND application_id = ?",
                [call.owner, .integer(application.id.rawValue)])
        case .listed(let items):
            for item in items {
                let isID = wanted.name == "rule_id"
                let value = isID ? SQLValue.integer(Int64(item) ?? -1) : .text(item)
                let id = try rule(value, column: isID ? "id" : "name", field: wanted.name, application, call)
                try call.transaction.execute(
                    "DELETE FROM call_rule WHERE account_id = ? AND id = ?", [call.owner, .integer(id.rawValue)])
            }
        }
        return .done(effects: [.directoryChanged(call.account.id)])
    }

    private static func reorderRules(_ call: MethodCall) throws -> MethodResult {
        guard let wanted = try call.parameters.optionalIDs("rule_id") else {
            throw APIError.required("rule_id")
        }
        let rules = try wanted.map { try rule(.integer($0), column: "id", field: "rule_id", nil, call) }
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id", in: rules.map { .integer($0.rawValue) })
        let rows = try call.transaction.query(
            "SELECT application_id, position FROM call_rule WHERE \(filter.sql) ORDER BY position, id",
            filter.arguments)
        guard Set(wanted).count == wanted.count, Set(try rows.map { try $0.integer("application_id") }).count == 1
        else { throw APIError.invalid("rule_id", "must list different rules of one application") }
        // The listed rules take the places that they have now, in the new order; others stay where they are.
        for (rule, row) in zip(rules, rows) {
            try call.transaction.execute(
                "UPDATE call_rule SET position = ? WHERE account_id = ? AND id = ?",
                [.integer(try row.integer("position")), call.owner, .integer(rule.rawValue)])
        }
        return .done(effects: [.directoryChanged(call.account.id)])
    }
}

// What other resources need of rules.
extension RuleMethods {
    /// The rule that `rule_id`, or `rule_name` with an application, names.
    static func optionalRule(_ call: MethodCall) throws -> RuleID? {
        guard let wanted = try call.parameters.optionalEither("rule_id", "rule_name") else { return nil }
        guard case .listed(let items) = wanted.value, items.count == 1 else {
            throw APIError.invalid(wanted.name, "must name one rule")
        }
        guard wanted.name == "rule_name" else {
            return try rule(.integer(Int64(items[0]) ?? -1), column: "id", field: wanted.name, nil, call)
        }
        return try rule(.text(items[0]), column: "name", field: wanted.name, try call.application(), call)
    }

    private static func rule(
        _ value: SQLValue, column: String, field: String, _ application: ApplicationReference?, _ call: MethodCall
    ) throws -> RuleID {
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("\(column) = ?", value)
        filter.add("application_id = ?", optional: application.map { .integer($0.id.rawValue) })
        let row = try call.transaction.queryOne("SELECT id FROM call_rule WHERE \(filter.sql)", filter.arguments)
        guard let row else { throw invalid(field) }
        return RuleID(rawValue: try row.integer("id"))
    }

    /// Puts scenarios at the end of a rule's list; those that are there stay where they are.
    static func bind(_ scenarios: [ScenarioID], to rule: RuleID, _ call: MethodCall) throws {
        let present = try QueryFilter("rule_id = ?", .integer(rule.rawValue))
            .total(in: call.transaction, from: "rule_scenario")
        guard present + Int64(scenarios.count) <= call.configuration.limits.scenariosPerRule else {
            throw APIError(code: 419, message: "The rule has too many scenarios.", field: "scenario_id")
        }
        for scenario in scenarios {
            try call.transaction.execute(
                """
                INSERT INTO rule_scenario (rule_id, scenario_id, position)
                SELECT ?, ?, COALESCE(MAX(position), 0) + 1 FROM rule_scenario WHERE rule_id = ?
                ON CONFLICT (rule_id, scenario_id) DO NOTHING
                """,
                [.integer(rule.rawValue), .integer(scenario.rawValue), .integer(rule.rawValue)])
        }
    }

    /// RuleInfo of all rules of an application.
    static func json(
        of application: ApplicationID, withScenarios: Bool, _ call: MethodCall
    ) throws -> [JSONValue] {
        try call.transaction.query(
            "SELECT * FROM call_rule WHERE account_id = ? AND application_id = ? ORDER BY position, id",
            [call.owner, .integer(application.rawValue)]
        ).map { try json($0, withScenarios: withScenarios, call) }
    }

    private static func json(_ row: Row, withScenarios: Bool, _ call: MethodCall) throws -> JSONValue {
        var scenarios: JSONValue?
        if withScenarios {
            var bound = QueryFilter("r.rule_id = ?", .integer(try row.integer("id")))
            bound.add("s.account_id", in: call.family)
            let rows = try call.transaction.query(
                """
                SELECT s.id, s.name FROM rule_scenario r JOIN scenario s ON s.id = r.scenario_id
                WHERE \(bound.sql) ORDER BY r.position
                """, bound.arguments)
            scenarios = .array(
                try rows.map { scenario in
                    .members([
                        "scenario_id": .integer(try scenario.integer("id")),
                        "scenario_name": .string(try scenario.text("name")),
                    ])
                })
        }
        return .members([
            "rule_id": .integer(try row.integer("id")), "application_id": .integer(try row.integer("application_id")),
            "rule_name": .string(try row.text("name")), "rule_pattern": .string(try row.text("pattern")),
            "rule_pattern_exclude": .optional(try row.optionalText("pattern_exclude")),
            "video_conference": .bool(try row.flag("video_conference")), "scenarios": scenarios,
            "modified": .string(DateText.utc.dateTime(UnixTime(seconds: try row.integer("modified_at")))),
        ])
    }
}
