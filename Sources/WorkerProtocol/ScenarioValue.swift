// Conversions of floating-point numbers need the mathematics library, which only this import links.
#if canImport(Glibc)
    import Glibc
#endif

/// A value that travels between a scenario and the platform, or is printed into the session log.
///
/// Whole numbers of the engine and numbers of a script are told apart because the session log prints them differently.
public enum ScenarioValue: Sendable, Equatable {
    /// `null` and `undefined` of a script.
    case null
    /// "No argument at all", which only the session log knows.
    case void
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case list([ScenarioValue])
    case map([String: ScenarioValue])
}

extension ScenarioValue {
    /// The text of a string value, nil for anything else.
    public var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The truth value of a boolean, nil for anything else.
    public var boolValue: Bool? {
        if case .bool(let flag) = self { flag } else { nil }
    }

    /// The number as a floating-point value, nil for anything that is not a number.
    public var doubleValue: Double? {
        switch self {
        case .int(let number): Double(number)
        case .double(let number): number
        default: nil
        }
    }

    /// The number as a whole number, nil when it is not one or does not fit.
    public var intValue: Int? {
        switch self {
        case .int(let number): Int(exactly: number)
        case .double(let number): Int(exactly: number)
        default: nil
        }
    }

    /// The items of a list, nil for anything else.
    public var listValue: [ScenarioValue]? {
        if case .list(let items) = self { items } else { nil }
    }

    /// The entries of a map, nil for anything else.
    public var mapValue: [String: ScenarioValue]? {
        if case .map(let entries) = self { entries } else { nil }
    }
}
