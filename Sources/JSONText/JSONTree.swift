/// A type that holds any JSON value; ``JSONParser`` builds it.
public protocol JSONTree: Sendable {
    static var nothing: Self { get }
    static func flag(_ value: Bool) -> Self
    static func integer(_ value: Int64) -> Self
    /// A number with a fraction, or beyond 64 bits; finite.
    static func real(_ value: Double) -> Self
    static func text(_ value: String) -> Self
    static func list(_ elements: [Self]) -> Self
    /// In the order of the text; a name may come twice.
    static func fields(_ fields: [(name: String, value: Self)]) -> Self
}

/// A JSON value that is read once and thrown away.
public enum JSON: JSONTree, Hashable {
    case null
    case flag(Bool)
    case integer(Int64)
    case real(Double)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    public static var nothing: JSON { .null }

    /// Of a name that comes twice the last counts.
    public static func fields(_ fields: [(name: String, value: JSON)]) -> JSON {
        .object(Dictionary(fields.map { ($0.name, $0.value) }, uniquingKeysWith: { _, last in last }))
    }
}

/// Why a text is no JSON: the place, never the text.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What had to stand there.
    public let expected: String
    /// Octets before the place.
    public let offset: Int

    public var description: String { "no JSON at octet \(offset): expected \(expected)" }
}
