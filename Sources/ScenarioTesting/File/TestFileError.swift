/// Why a test file cannot be used.
public struct TestFileError: Error, CustomStringConvertible, Equatable {
    public let file: String
    /// Counted from 1; nil for the file as a whole.
    public let line: Int?
    public let message: String

    public var description: String { file + (line.map { ":\($0)" } ?? "") + ": " + message }
}
