/// Reads what must have happened.
enum ExpectationReader {
    static func read(_ item: TestNode) throws -> Expectation {
        guard item.isMap else {
            return Expectation(subject: .line(TextPattern(try item.text(what: "an expectation"))), line: item.line ?? 0)
        }
        let names = ["line", "command", "event", "request", "ends", "never", "with", "times", "by", "from"]
        let fields = try item.map(names, what: "an expectation")
        if let never = fields["never"] { return try forbidden(item, never) }
        return Expectation(
            subject: try subject(item, fields), times: try fields["times"]?.number(what: "times"),
            earliest: try fields["from"]?.time(what: "from"), latest: try fields["by"]?.time(what: "by"),
            line: item.line ?? 0)
    }

    private static func forbidden(_ item: TestNode, _ never: TestNode) throws -> Expectation {
        let subject: Expectation.Subject =
            never.isMap
            ? try Self.subject(never, try never.map(["line", "command", "event", "request", "with"], what: "never"))
            : .line(TextPattern(try never.text(what: "never")))
        return Expectation(subject: subject, isForbidden: true, line: item.line ?? 0)
    }

    private static func subject(_ item: TestNode, _ fields: [String: TestNode]) throws -> Expectation.Subject {
        if let line = fields["line"] { return .line(TextPattern(try line.text(what: "line"))) }
        if let command = fields["command"] {
            return .command(try command.text(what: "command"), fields: try values(fields["with"]))
        }
        if let event = fields["event"] {
            return .event(try event.text(what: "event"), fields: try values(fields["with"]))
        }
        if let request = fields["request"] {
            let holds = try fields["with"]?.listOrOne.map { TextPattern(try $0.text(what: "with")) } ?? []
            return .request(TextPattern(try request.text(what: "request")), holds: holds)
        }
        if let end = fields["ends"] { return .end(try end.text(what: "ends")) }
        throw item.error("an expectation needs line, command, event, request, ends or never")
    }

    private static func values(_ node: TestNode?) throws -> [String: String] {
        var values: [String: String] = [:]
        for (name, value) in try node?.anyMap(what: "with") ?? [:] { values[name] = try value.text(what: name) }
        return values
    }
}
