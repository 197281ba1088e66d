/// A value that travels to or from the database.
///
/// Instants are stored as integers (seconds or milliseconds since 1970, the column's name says which), truth values
/// as 0 and 1, money as integer millionths.
public enum SQLValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])

    /// An integer, or NULL for nil.
    public static func optional(_ value: Int64?) -> SQLValue { value.map(SQLValue.integer) ?? .null }
    /// A text, or NULL for nil.
    public static func optional(_ value: String?) -> SQLValue { value.map(SQLValue.text) ?? .null }
    /// 1 for true, 0 for false.
    public static func flag(_ value: Bool) -> SQLValue { .integer(value ? 1 : 0) }
    /// An integer of the machine's width.
    public static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }

    /// How error texts call the value's type; the value itself never appears in them.
    var typeName: String {
        switch self {
        case .null: "NULL"
        case .integer: "an integer"
        case .real: "a floating-point number"
        case .text: "a text"
        case .bytes: "bytes"
        }
    }
}

extension SQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(nilLiteral: ()) { self = .null }
}
