/// Why a file of trunks cannot be used; names the place and what would be right.
struct TrunkFileError: Error, CustomStringConvertible, Equatable {
    let file: String
    /// Counted from 1; nil where the file as a whole is meant.
    var line: Int?
    let problem: String

    var description: String {
        "The trunks of \(file) cannot be used: \(line.map { "line \($0): " } ?? "")\(problem)."
    }
}
