import Foundation

/// The regular expressions of a rule, each applied to the whole destination.
struct RulePattern: Sendable {
    private let pattern: NSRegularExpression
    private let exclude: NSRegularExpression?

    /// Destinations longer than this match nothing.
    static let maximumDestination = 256

    /// - Throws: ``APIError`` 148 naming the field whose expression cannot be read.
    init(pattern: String, exclude: String?) throws(APIError) {
        self.pattern = try Self.expression(pattern, field: "rule_pattern")
        if let exclude, !exclude.isEmpty {
            self.exclude = try Self.expression(exclude, field: "rule_pattern_exclude")
        } else {
            self.exclude = nil
        }
    }

    /// Whether the pattern matches all of the destination and the exclude pattern does not.
    func matches(_ destination: String) -> Bool {
        guard destination.utf16.count <= Self.maximumDestination, Self.matchesWhole(pattern, destination) else {
            return false
        }
        guard let exclude else { return true }
        return !Self.matchesWhole(exclude, destination)
    }

    private static func expression(_ text: String, field: String) throws(APIError) -> NSRegularExpression {
        // The pattern must stand by itself, so that no bracket of its own closes ours.
        guard (try? NSRegularExpression(pattern: text)) != nil,
            let whole = try? NSRegularExpression(pattern: "\\A(?:\(text))\\z")
        else { throw APIError(code: 148, message: "The rule pattern is no regular expression.", field: field) }
        return whole
    }

    /// An account writes the expression: one that backtracks without end is stopped and counts as no match.
    private static func matchesWhole(_ expression: NSRegularExpression, _ text: String) -> Bool {
        var isMatch = false
        var steps = 0
        let all = NSRange(location: 0, length: text.utf16.count)
        expression.enumerateMatches(in: text, options: [.reportProgress], range: all) { result, flags, stop in
            if result != nil {
                isMatch = true
                stop.pointee = true
            }
            steps += 1
            if steps > 200 { stop.pointee = true }
        }
        return isMatch
    }
}
