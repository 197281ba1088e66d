/// Why a session description could not be read, or why an offer and an answer lead to no audio.
public struct SDPError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of trouble, for decisions.
    public enum Code: Equatable, Sendable {
        /// The text is longer, or has more lines or media, than is accepted.
        case tooLarge
        /// A line breaks the grammar of RFC 8866 section 9.
        case malformedLine
        /// `v=0` or `o=` is missing.
        case missingLine
        /// No audio stream is offered or left.
        case noAudio
        /// No codec that both sides know.
        case noCommonCodec
        /// The stream must be encrypted, or must not, and the other side wants it otherwise.
        case noCommonProtection
        /// The other side refused the audio stream (port 0).
        case rejected
        /// The answer does not fit the offer (RFC 3264 section 6).
        case mismatch
        /// No `c=` line applies to the audio stream.
        case missingConnection
    }

    /// The kind of trouble.
    public let code: Code
    /// What happened, what was expected, and the remedy.
    public let message: String
    /// Number of the line in the text, counted from 1; nil for errors of negotiation.
    public let line: Int?

    /// An error with its text.
    public init(_ code: Code, _ message: String, line: Int? = nil) {
        self.code = code
        self.message = message
        self.line = line
    }

    /// The SIP status that tells the peer: 400 for text that cannot be read, 488 for what cannot be agreed.
    public var sipStatus: Int {
        switch code {
        case .tooLarge, .malformedLine, .missingLine: 400
        case .noAudio, .noCommonCodec, .noCommonProtection, .rejected, .mismatch, .missingConnection: 488
        }
    }

    /// The message, with the line where there is one.
    public var description: String { line.map { "line \($0): \(message)" } ?? message }
}
