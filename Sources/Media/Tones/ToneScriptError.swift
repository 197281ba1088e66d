/// Why a tone script cannot be played.
public struct ToneScriptError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The part that is wrong.
    public enum Code: Hashable, Sendable {
        case tooLong
        case frequencies
        case section
        case segment
        case mix
    }

    /// The part that is wrong.
    public let code: Code
    /// What was found, what is expected.
    public let message: String

    /// An error with its text.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { "tone script: \(message)" }
}
