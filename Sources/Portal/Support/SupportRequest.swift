import Storage

/// Somebody of the operator's support asks to look at the company's telephony, and what the company has answered.
struct SupportRequest: Sendable, Hashable {
    enum Scope: String, Sendable, Hashable, CaseIterable {
        case history, sessions, settings, recordings

        /// For the page.
        var text: String {
            switch self {
            case .history: "calls and why they went where they went"
            case .sessions: "logs of calls"
            case .settings: "lines, their settings, the account's users and numbers"
            case .recordings: "recordings"
            }
        }
    }

    enum State: String, Sendable, Hashable, CaseIterable {
        case asked, granted, refused, ended, expired
    }

    /// The controller's name of it, hexadecimal.
    let id: String
    let person: String
    let reason: String
    let scopes: [Scope]
    /// For how long access is wanted.
    let seconds: Int64
    let askedAt: Int64
    /// Until when it may be granted.
    let answerUntil: Int64
    var state = State.asked
    /// What was granted.
    var granted: [Scope] = []
    /// When the grant ends; none before it is given.
    var until: Int64?
    /// Who answered.
    var answeredBy: EmployeeID?

    /// Its state, with what time has made of it.
    func state(at moment: Int64) -> State {
        switch state {
        case .asked: moment < answerUntil ? .asked : .expired
        case .granted: moment < until ?? 0 ? .granted : .expired
        default: state
        }
    }

    func json(at moment: Int64) -> JSONValue {
        [
            "id": .text(id), "person": .text(person), "reason": .text(reason),
            "scopes": .list(scopes.map { .text($0.rawValue) }), "seconds": .integer(seconds),
            "asked_at": .integer(askedAt), "answer_until": .integer(answerUntil),
            "state": .text(state(at: moment).rawValue), "granted": .list(granted.map { .text($0.rawValue) }),
            "until": .optional(until), "answered_by": .optional(answeredBy?.rawValue),
        ]
    }
}

extension SupportRequest {
    /// As the controller tells of it.
    ///
    /// - Throws: ``InputError`` that names the wrong field.
    init(_ input: InputReader) throws(InputError) {
        self.init(
            id: try input.grantID("GRANT_ID"), person: try input.text("PERSON", 1...64),
            reason: try input.text("REASON", 1...500), scopes: try input.someScopes("SCOPES"),
            seconds: try input.integer("SECONDS", 1...1_000_000), askedAt: try input.integer("AT", 0...1 << 40),
            answerUntil: try input.integer("ANSWER_UNTIL", 0...1 << 40))
    }

    init(_ row: Row) throws {
        self.init(
            id: try row.text("grant_id"), person: try row.text("person"), reason: try row.text("reason"),
            scopes: Self.scopes(try row.text("scopes")), seconds: try row.integer("seconds"),
            askedAt: try row.integer("asked_at"), answerUntil: try row.integer("answer_until"),
            state: State(rawValue: try row.text("state")) ?? .ended, granted: Self.scopes(try row.text("granted")),
            until: try row.optionalInteger("until_at"),
            answeredBy: try row.optionalInteger("answered_by").map(EmployeeID.init(rawValue:)))
    }

    static func text(_ scopes: [Scope]) -> String { scopes.map(\.rawValue).joined(separator: " ") }

    private static func scopes(_ text: String) -> [Scope] {
        text.split(separator: " ").compactMap { Scope(rawValue: String($0)) }
    }
}

extension InputReader {
    func grantID(_ key: String) throws(InputError) -> String {
        let text = try text(key, 1...64)
        guard
            text.utf8.allSatisfy({
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            })
        else { throw wrong(key, "hexadecimal digits", "another text") }
        return text
    }

    /// At least one scope, as ``scopes(_:)`` reads them.
    func someScopes(_ key: String) throws(InputError) -> [SupportRequest.Scope] {
        let scopes = try scopes(key)
        guard !scopes.isEmpty else { throw wrong(key, "at least one scope", has(key) ? "none" : "nothing") }
        return scopes
    }

    /// Scopes without repetition, in the order of the list of all.
    func scopes(_ key: String) throws(InputError) -> [SupportRequest.Scope] {
        var found: Set<SupportRequest.Scope> = []
        for value in try list(key, atMost: 20) ?? [] {
            guard case .text(let name) = value, let scope = SupportRequest.Scope(rawValue: name) else {
                let allowed = SupportRequest.Scope.allCases.map(\.rawValue).joined(separator: ", ")
                throw wrong(key, "names among \(allowed)", value.typeName)
            }
            found.insert(scope)
        }
        return SupportRequest.Scope.allCases.filter(found.contains)
    }
}
