/// Why sound could not be read or written.
public struct AudioFileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of trouble.
    public enum Code: Hashable, Sendable {
        /// The file cannot be opened, read or written.
        case file
        /// More octets, channels or seconds than are accepted.
        case tooLarge
        /// Not one of the known formats.
        case unknownFormat
        /// A known format that cannot be decoded.
        case damaged
        /// The encoder refused its settings or failed.
        case encoder
    }

    /// The kind of trouble.
    public let code: Code
    /// What happened, and the remedy.
    public let message: String

    /// An error with its text.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The message.
    public var description: String { message }
}
