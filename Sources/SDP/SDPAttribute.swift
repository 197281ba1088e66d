/// One `a=` line: a property, or a name with a value (RFC 8866 section 5.13).
///
/// Printed, it shows no key: `text` goes to the peer, `description` into logs.
public struct SDPAttribute: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    /// The text before the first colon.
    public var name: String
    /// The text after the first colon; nil for a property.
    public var value: String?

    /// A line to write.
    public init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }

    init(line text: Substring) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        name = String(parts.first ?? "")
        value = parts.count > 1 ? String(parts[1]) : nil
    }

    public var description: String { name == "crypto" ? "crypto:…" : text }
    public var debugDescription: String { description }

    var text: String { value.map { "\(name):\($0)" } ?? name }
}

extension [SDPAttribute] {
    /// The first attribute of that name; names are case-sensitive (RFC 8866 section 6).
    func first(named name: String) -> SDPAttribute? { first { $0.name == name } }

    func values(named name: String) -> [String] { compactMap { $0.name == name ? $0.value : nil } }
}
