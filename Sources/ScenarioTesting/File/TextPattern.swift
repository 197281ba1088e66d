/// A text in which `*` stands for anything, found anywhere in another.
public struct TextPattern: Sendable, Equatable, CustomStringConvertible {
    private let pieces: [String]
    public let description: String

    public init(_ text: String) {
        description = text
        pieces = text.split(separator: "*", omittingEmptySubsequences: true).map(String.init)
    }

    /// True when all pieces come in the text, one after the other.
    public func isFound(in text: String) -> Bool {
        var rest = text[...]
        for piece in pieces {
            guard let range = rest.firstRange(of: piece) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }
}
