import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import NIOCore

/// `/api/history…`: administrators search all calls of the company, add them up, take them away as a file, and say how
/// long they are kept; the controller does it.
struct HistoryRoutes {
    /// What a search may name, with what the controller calls it.
    private static let texts = [
        "phone_number": "PHONE_NUMBER", "line": "LINE", "direction": "DIRECTION", "result": "RESULT",
        "cost_from": "COST_FROM", "cost_to": "COST_TO",
    ]
    private static let integers: [String: (field: String, range: ClosedRange<Int64>)] = [
        "from": ("FROM", 0...1 << 50), "to": ("TO", 0...1 << 50), "user_id": ("USER_ID", EmployeeID.allowed),
    ]
    private static let longestText = 1024
    private static let mostDays: Int64 = 3660

    let parts: PortalParts

    func add(to router: Router<BasicRequestContext>) {
        router.get("api/history") { request, _ in
            try await parts.administrator(request)
            var question = try Self.filters(request, beside: ["limit", "cursor"])
            if request.uri.queryParameters["limit"] != nil {
                question["LIMIT"] = .integer(try Exchange.number("limit", request, in: 1...500, fallback: 50))
            }
            if let cursor = try Self.text("cursor", request) { question["CURSOR"] = .text(cursor) }
            return try Exchange.answer(try await parts.controller.ask("FindCalls", .object(question)))
        }
        router.get("api/history/totals") { request, _ in
            try await parts.administrator(request)
            return try Exchange.answer(try await parts.controller.ask("GetCallTotals", try Self.totals(request)))
        }
        router.get("api/history/export") { request, _ in
            try await parts.administrator(request)
            let question = try Self.filters(request, beside: ["format"])
            let name = try Self.text("format", request) ?? HistoryFile.csv.rawValue
            guard let format = HistoryFile(rawValue: name) else {
                throw InputError(path: "?format", expected: "csv or json", found: "another text")
            }
            return try await format.answer(question, parts.controller)
        }
        router.get("api/history/options") { request, _ in
            try await parts.administrator(request)
            return try Exchange.answer(try await parts.controller.ask("GetHistoryOptions", [:]))
        }
        router.put("api/history/options") { request, _ in
            try await parts.administrator(request)
            let input = try await Exchange.input(request)
            try input.allowOnly(["time_zone", "kept_days"])
            let options: JSONValue = [
                "TIME_ZONE": .text(try input.text("time_zone", 1...64)),
                "KEPT_DAYS": .optional(try input.optionalInteger("kept_days", 1...Self.mostDays)),
            ]
            return try Exchange.answer(try await parts.controller.ask("SetHistoryOptions", options))
        }
    }

    /// The filters of a search; one of an unknown name is refused, because without it everything would be found.
    private static func filters(
        _ request: Request, beside others: [String]
    ) throws(InputError) -> [String: JSONValue] {
        try allowOnly(others + texts.keys + integers.keys, request)
        var question: [String: JSONValue] = [:]
        for (name, field) in texts {
            if let text = try text(name, request) { question[field] = .text(text) }
        }
        for (name, wanted) in integers where request.uri.queryParameters[Substring(name)] != nil {
            question[wanted.field] = .integer(try Exchange.number(name, request, in: wanted.range, fallback: 0))
        }
        return question
    }

    private static func totals(_ request: Request) throws(InputError) -> JSONValue {
        try allowOnly(["by", "from", "to", "after"], request)
        guard let scope = try text("by", request).flatMap(HistoryScope.init) else {
            let scopes = HistoryScope.allCases.map(\.rawValue).joined(separator: ", ")
            throw InputError(path: "?by", expected: "one of \(scopes)", found: "nothing or another text")
        }
        var question: [String: JSONValue] = ["BY": .text(scope.rawValue)]
        for (name, field) in ["from": "FROM", "to": "TO"] {
            guard let day = try text(name, request),
                day.wholeMatch(of: /[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])/) != nil
            else { throw InputError(path: "?\(name)", expected: "a day like 2026-11-27", found: "another text") }
            question[field] = .text(day)
        }
        if let last = try text("after", request) { question["AFTER"] = .text(last) }
        return .object(question)
    }

    private static func allowOnly(_ names: [String], _ request: Request) throws(InputError) {
        guard request.uri.queryParameters.contains(where: { !names.contains(String($0.key)) }) else { return }
        throw InputError(
            path: "the query", expected: "only \(names.sorted().joined(separator: ", "))", found: "another name")
    }

    private static func text(_ name: String, _ request: Request) throws(InputError) -> String? {
        guard let text = request.uri.queryParameters[Substring(name)] else { return nil }
        guard text.unicodeScalars.count <= longestText else {
            throw InputError(path: "?\(name)", expected: "at most \(longestText) characters", found: "a longer text")
        }
        return String(text)
    }
}

/// A file of calls, handed on while the controller writes it.
enum HistoryFile: String {
    case csv, json

    private var contentType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8; header=present"
        case .json: "application/json; charset=utf-8"
        }
    }

    /// Each piece is taken from the controller when the one before has gone out; whatever breaks off on one side breaks
    /// off on the other, so that a file that ended is whole.
    ///
    /// - Parameter filters: As `ExportCalls` takes them.
    func answer(_ filters: [String: JSONValue], _ controller: ControllerPort) async throws -> Response {
        let question = filters.merging(["FORMAT": .text(rawValue)]) { _, format in format }
        let pieces = try await controller.stream("ExportCalls", .object(question))
        var headers = HTTPFields()
        headers[.contentType] = contentType
        headers[.cacheControl] = "no-store"
        headers[.contentDisposition] = "attachment; filename=\"calls.\(rawValue)\""
        headers[.xContentTypeOptions] = "nosniff"
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { writer in
                for try await piece in pieces { try await writer.write(piece) }
                try await writer.finish(nil)
            })
    }
}
