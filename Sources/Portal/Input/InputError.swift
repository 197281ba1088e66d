/// Input that is not what was agreed; says where, what was expected and what was there.
public struct InputError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Where: `employees[2].login`; empty for the whole.
    public let path: String
    public let expected: String
    public let found: String

    public init(path: String, expected: String, found: String) {
        self.path = path
        self.expected = expected
        self.found = found
    }

    public var description: String { "\(path.isEmpty ? "input" : path): expected \(expected), found \(found)" }
}
