/// A password, key or token that appears in no description, log or dump.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself; say this only where it is sent or compared.
    public let revealed: String

    public init(_ text: String) { revealed = text }

    public var description: String { "‹secret›" }
    public var debugDescription: String { "‹secret›" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
