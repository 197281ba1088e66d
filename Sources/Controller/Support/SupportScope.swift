/// What a portal may let a person of the support see.
enum SupportScope: String, Sendable, CaseIterable {
    /// Calls, and why they went where they went.
    case history
    /// The logs of calls' sessions.
    case sessions
    /// Lines with their settings, and the account with its users and numbers.
    case settings
    /// The sound of calls.
    case recordings

    /// The scopes of a text as ``text(_:)`` writes it; unknown words are passed over.
    static func read(_ text: String) -> Set<SupportScope> {
        Set(text.split(separator: " ").compactMap { SupportScope(rawValue: String($0)) })
    }

    /// The names in their order, with blanks between them.
    static func text(_ scopes: Set<SupportScope>) -> String { names(scopes).joined(separator: " ") }

    static func json(_ scopes: Set<SupportScope>) -> JSONValue { .list(names(scopes).map(JSONValue.text)) }

    /// The scopes of a request's field.
    ///
    /// - Throws: `ControllerError` with `wrongRequest` for anything but a list of one or more known names.
    static func list(_ json: JSONValue?, _ name: String) throws(ControllerError) -> Set<SupportScope> {
        let given = json?.elements ?? []
        let known = given.compactMap { $0.string.flatMap(SupportScope.init(rawValue:)) }
        guard !known.isEmpty, known.count == given.count else {
            let allowed = allCases.map(\.rawValue).joined(separator: ", ")
            throw ControllerError(.wrongRequest, "\(name) must be a list of one or more of \(allowed)")
        }
        return Set(known)
    }

    private static func names(_ scopes: Set<SupportScope>) -> [String] {
        allCases.filter(scopes.contains).map(\.rawValue)
    }
}
