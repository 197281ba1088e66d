/// A challenge or credentials of any scheme: `scheme name=value, name="value"` (RFC 3261 clauses 20.7 and 20.44).
struct AuthenticationParameters {
    let scheme: String
    private var items: [(name: String, value: String)] = []

    init(parsing text: String, place: String) throws(SIPParseError) {
        var scanner = GrammarScanner(text, place: place)
        scheme = try scanner.token("an authentication scheme")
        scanner.skipWhitespace()
        while !scanner.isAtEnd {
            if scanner.takeSeparator(.comma) { continue }
            let name = try scanner.token("a parameter name")
            guard scanner.takeSeparator(.equals) else { throw scanner.error("expected = and a value") }
            items.append((name, try Self.value(&scanner)))
            scanner.skipWhitespace()
            guard scanner.isAtEnd || scanner.next == .comma else { throw scanner.error("expected a comma") }
        }
    }

    /// The value of the one parameter of this name; case does not count.
    subscript(name: String) -> String? { items.first { CaseFolding.equal($0.name, name) }?.value }

    /// The value of a parameter without which the field says nothing.
    func mandatory(_ name: String, place: String) throws(SIPParseError) -> String {
        guard let value = self[name] else {
            throw SIPParseError(.malformedHeader, "expected the parameter \(name)", in: place)
        }
        return value
    }

    private static func value(_ scanner: inout GrammarScanner) throws(SIPParseError) -> String {
        if scanner.next == .quote { return try scanner.quotedString() }
        let range = scanner.takeWhile { $0 > 0x20 && $0 != .comma && $0 != .quote && $0 != 0x7F }
        guard !range.isEmpty else { throw scanner.error("expected a value") }
        return scanner.text(range)
    }
}
