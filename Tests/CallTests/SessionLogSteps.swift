import Foundation

/// Reduces a session log to its steps: events, commands and messages in order, without ids, times and addresses.
///
/// Legs are named in the order in which they appear: `IN`, then `A`, `B`, …
struct SessionLogSteps {
    private static let messages = [
        "Start INCOMING scenario": false, "Pure variables": false, "Get B24 config:": false, "Call type is:": false,
        "Call in correct worktime": true, "Direct code is: none": true, "Get B24 invite answer:": true,
        "Action: ": true, "Get command from B24": true, "Send CallStart:": false, "Start recording call:": false,
        "Send HangupCall:": false, "Send call history": false, "Call code:": true, "Call reason:": true,
        "Session terminated": true,
    ]
    private static let shownParameters = ["code", "handle", "loop", "stereo", "username", "script"]

    private var legs: [String: String] = [:]
    private(set) var steps: [String] = []

    init(log: String) {
        for line in log.split(separator: "\n", omittingEmptySubsequences: false) { add(String(line.dropFirst(20))) }
    }

    private mutating func add(_ text: String) {
        if text.hasPrefix("Loading scenario") {
            steps.append(text)
        } else if let body = text.between("Sent event to JS onPhoneEvent with params [{", "} ;  ]") {
            steps.append(event(body))
        } else if text.hasPrefix("Executing JS command: ") {
            steps.append(command(text))
        } else if let (prefix, isWhole) = Self.messages.first(where: { text.hasPrefix($0.key) }) {
            steps.append("log " + (isWhole ? text : prefix.trimmingCharacters(in: [":"])))
        }
    }

    private mutating func event(_ body: String) -> String {
        var step = "event " + (body.value(of: "name") ?? "?")
        if let id = body.value(of: "id") { step += " " + leg(id) }
        for key in ["content", "text", "code"] {
            guard let value = body.value(of: key) else { continue }
            if key != "code" && !value.hasPrefix("{") { continue }
            step += " " + value
        }
        return step
    }

    private mutating func command(_ text: String) -> String {
        let rest = text.dropFirst("Executing JS command: ".count)
        let name = String(rest.prefix { $0 != " " })
        var step = "command " + name
        guard name != "SetCustomData" else { return step }
        let body = String(rest)
        for key in ["id", "id1", "id2"] {
            if let id = body.value(of: key) { step += " " + leg(id) }
        }
        for key in Self.shownParameters {
            if let value = body.value(of: key) { step += " \(key)=\(value)" }
        }
        return step
    }

    private mutating func leg(_ id: String) -> String {
        if let known = legs[id] { return known }
        let name = legs.isEmpty ? "IN" : String("ABCDEFGHIJ".dropFirst(legs.count - 1).first ?? "?")
        legs[id] = name
        return name
    }
}

extension String {
    fileprivate func between(_ start: String, _ end: String) -> String? {
        guard hasPrefix(start), let close = range(of: end, options: .backwards) else { return nil }
        return String(self[index(startIndex, offsetBy: start.count)..<close.lowerBound])
    }

    /// The value of a key in the log's notation `key = value ;  `.
    fileprivate func value(of key: String) -> String? {
        let boundary =
            hasPrefix("\(key) = ") ? startIndex..<startIndex : range(of: "{\(key) = ") ?? range(of: " \(key) = ")
        guard let boundary else { return nil }
        let tail = self[boundary.lowerBound...].drop { $0 == "{" || $0 == " " }.dropFirst(key.count + 3)
        guard let end = tail.range(of: " ;  ") else { return nil }
        return tail[..<end.lowerBound].trimmingCharacters(in: .whitespaces)
    }
}
