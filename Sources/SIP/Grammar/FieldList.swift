/// Splitting of a header field value at its commas.
enum FieldList {
    /// The ranges between commas that stand outside quoted strings and angle brackets.
    ///
    /// Empty elements are kept, so that the element's own grammar can refuse them; an empty value has no element.
    /// A quoted string without end throws.
    static func ranges(_ scanner: GrammarScanner) throws(SIPParseError) -> [Range<Int>] {
        var scanner = scanner
        var ranges: [Range<Int>] = []
        var start = scanner.position
        var insideBrackets = false
        while let byte = scanner.next {
            switch byte {
            case .quote where !insideBrackets:
                _ = try scanner.quotedString()
                continue
            case .lessThan: insideBrackets = true
            case .greaterThan: insideBrackets = false
            case .comma where !insideBrackets:
                ranges.append(trimmed(start..<scanner.position, in: scanner))
                start = scanner.position + 1
            default: break
            }
            scanner.position += 1
        }
        let last = trimmed(start..<scanner.end, in: scanner)
        if !ranges.isEmpty || !last.isEmpty { ranges.append(last) }
        return ranges
    }

    static func trimmed(_ range: Range<Int>, in scanner: GrammarScanner) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, ByteClass.isWhitespace(scanner.bytes[lower]) { lower += 1 }
        while lower < upper, ByteClass.isWhitespace(scanner.bytes[upper - 1]) { upper -= 1 }
        return lower..<upper
    }
}
