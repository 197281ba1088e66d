/// Ledgers as text: lines of `account,time,amount,kind` under a line with these names.
///
/// `time` is seconds since 1970 or `YYYY-MM-DD HH:mm:ss` in UTC; `amount` is negative for a charge; empty lines and lines
/// that begin with `#` are passed over.
public enum RecordedFile {
    private static let header = "account,time,amount,kind"

    /// - Throws: ``RecordedFileError`` with the line that is wrong.
    public static func entries(
        _ text: String, _ currency: Currency
    ) throws(RecordedFileError) -> [RecordedEntry] {
        var entries: [RecordedEntry] = []
        var number = 0
        var hasHeader = false
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let content = line.drop { $0 == "\u{FEFF}" }
            guard !content.allSatisfy(\.isWhitespace), !content.hasPrefix("#") else { continue }
            guard hasHeader else {
                guard content.filter({ !$0.isWhitespace }) == header else {
                    throw RecordedFileError(line: number, problem: "expected the names \(header)")
                }
                hasHeader = true
                continue
            }
            entries.append(try entry(content, currency, line: number))
        }
        guard !entries.isEmpty else {
            throw RecordedFileError(
                line: max(1, number), problem: "the ledger has no entry; nothing can be tried on it")
        }
        return entries
    }

    private static func entry(
        _ line: Substring, _ currency: Currency, line number: Int
    ) throws(RecordedFileError) -> RecordedEntry {
        let fields = line.split(separator: ",", omittingEmptySubsequences: false).map { field in
            var inner = field.drop(while: \.isWhitespace)
            while inner.last?.isWhitespace == true { inner.removeLast() }
            return inner
        }
        guard fields.count == 4, !fields[0].isEmpty else {
            throw RecordedFileError(line: number, problem: "expected four fields, \(header), found \(fields.count)")
        }
        guard let time = seconds(fields[1]) else {
            throw RecordedFileError(
                line: number, problem: "column 'time' wants seconds since 1970 or YYYY-MM-DD HH:mm:ss, 1970 to 9999")
        }
        let amount: Money
        do {
            amount = try Money(fields[2], currency)
        } catch {
            throw RecordedFileError(line: number, problem: "column 'amount': \(error)")
        }
        guard let role = RecordedEntry.role(ofKind: fields[3], isGain: amount.millionths > 0) else {
            throw RecordedFileError(
                line: number,
                problem: "column 'kind' has '\(fields[3])', expected call, fee, payment, opening or a kind of the "
                    + "management API such as resource_charge")
        }
        return RecordedEntry(account: String(fields[0]), unixSeconds: time, amount: amount, role: role)
    }

    /// Seconds since 1970 of a number, or of a date with a time in UTC; nil for anything else, and beyond the year 9999.
    public static func seconds(_ text: some StringProtocol) -> Int64? {
        if let number = Int64(text) { return (0...253_402_300_799).contains(number) ? number : nil }
        let parts = text.split(separator: " ")
        guard parts.count == 2, let day = TariffDay(parts[0]) else { return nil }
        let time = parts[1].split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) ?? -1 }
        guard time.count == 3, (0...23).contains(time[0]), (0...59).contains(time[1]), (0...60).contains(time[2]) else {
            return nil
        }
        return Int64(day.number) * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
    }
}

/// Why ledgers cannot be used, and where.
public struct RecordedFileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Counted from 1.
    public let line: Int
    public let problem: String

    public var description: String { "line \(line): \(problem)" }
}
