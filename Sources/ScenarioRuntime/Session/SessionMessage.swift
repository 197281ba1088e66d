import CallControl
import WorkerProtocol

/// Something that the script is told; one at a time.
enum SessionMessage: Equatable {
    /// The scenarios are evaluated.
    case evaluation
    case event(ScriptEvent)
    case request(Int, ScriptEvent)
    case timer(Int)
    case httpResult(Int, ScenarioHTTPResult, wantsBytes: Bool)
    case storageResult(Int, StorageResult)
    case mailResult(Int, MailResult)

    /// What the log calls the callback, for messages about one that takes too long.
    var label: String {
        switch self {
        case .evaluation: "the scenario's top level"
        case .event(let event), .request(_, let event): event.name
        case .timer(let number): "timer \(number)"
        case .httpResult: "an HTTP response"
        case .storageResult: "an ApplicationStorage result"
        case .mailResult: "the result of a mail"
        }
    }

    /// The event whose line the log shows, nil for none.
    var loggedEvent: ScriptEvent? {
        switch self {
        case .event(let event), .request(_, let event): event.isLogged ? event : nil
        default: nil
        }
    }

    /// JSON for the script; `ids` are call ids that it may use, `now` is the time in a rehearsal.
    func payload(ids: [CallID], now: Int64? = nil) -> [UInt8] {
        var extra: [String: ScenarioValue] = [:]
        if let now { extra["now"] = .int(now) }
        if !ids.isEmpty { extra["ids"] = .list(ids.map { .string($0.rawValue) }) }
        switch self {
        case .evaluation: return []
        case .event(let event): return event.message(extra: extra).json
        case .request(let number, let event):
            extra["id"] = .int(Int64(number))
            return event.message(extra: extra, kind: "request").json
        case .timer(let number):
            extra["k"] = .string("timer")
            extra["id"] = .int(Int64(number))
        case .httpResult(let number, let result, let wantsBytes):
            extra["k"] = .string("http")
            extra["id"] = .int(Int64(number))
            extra["r"] = result.scriptValue(wantsBytes: wantsBytes)
        case .storageResult(let number, let result):
            extra["k"] = .string("storage")
            extra["id"] = .int(Int64(number))
            switch result {
            case .value(let value): extra["r"] = value
            case .failure(let message): extra["error"] = .string(message)
            case .limit(let limit):
                extra["error"] = .string(limit.description)
                extra["limit"] = .string(limit.limit.rawValue)
                extra["allowed"] = .int(Int64(limit.allowed))
            }
        case .mailResult(let number, let result):
            extra["k"] = .string("mail")
            extra["id"] = .int(Int64(number))
            var fields: [String: ScenarioValue] = ["code": .int(Int64(result.code))]
            if let error = result.error { fields["error"] = .string(error) }
            extra["r"] = .map(fields)
        }
        return ScenarioValue.map(extra).json
    }
}

/// What came out of a use of the application's storage.
enum StorageResult: Equatable, Sendable {
    case value(ScenarioValue)
    case failure(String)
    /// The script gets it as a `LimitError`.
    case limit(LimitReached)
}

extension ScenarioHTTPResult {
    /// The result as a script sees it: a text unless the content type says otherwise, bytes as base64 when asked for.
    func scriptValue(wantsBytes: Bool) -> ScenarioValue {
        var entries: [String: ScenarioValue] = ["code": .int(Int64(code))]
        if let error { entries["error"] = .string(error) }
        guard code > 0 else { return .map(entries) }
        entries["headers"] = .list(
            headers.map { .map(["key": .string($0.name), "value": .string($0.value)]) })
        if wantsBytes { entries["data"] = .string(Base64.encode(body)) }
        if !isBinary { entries["text"] = .string(String(decoding: body, as: UTF8.self)) }
        return .map(entries)
    }

    private var isBinary: Bool {
        let type = headers.first { $0.name.lowercased() == "content-type" }?.value.lowercased() ?? ""
        return [
            "audio/", "video/", "image/", "font/", "application/octet-stream", "application/zip", "application/pdf",
        ]
        .contains { type.hasPrefix($0) }
    }
}
