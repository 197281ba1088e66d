import Foundation
import PhoneNumbers

extension LineField {
    /// The field's value out of a request, nil when the request does not name it.
    func read(_ input: InputReader, region: Region) throws(InputError) -> JSONValue? {
        guard input.has(name) else { return nil }
        guard input[name] != nil else {
            guard fallback == .null else { throw input.wrong(name, Self.words(rule), "null") }
            return .null
        }
        switch rule {
        case .integer(let range): return .integer(try input.integer(name, range))
        case .phone: return .text(try input.optionalPhone(name, region: region)?.digits ?? "")
        case .text(let length): return .text(try input.text(name, length))
        default:
            let text = try input.text(name, 0...1000)
            guard Self.accepts(text, rule) else { throw input.wrong(name, Self.words(rule), "another text") }
            return .text(text)
        }
    }

    private static func accepts(_ text: String, _ rule: Rule) -> Bool {
        switch rule {
        case .yesOrNo: ["Y", "N"].contains(text)
        case .choice(let choices): choices.contains(text)
        case .address: text.isEmpty || isAddress(text)
        case .clock: text.isEmpty || isClock(text)
        case .timeZone: text.isEmpty || TimeZone(identifier: text) != nil
        case .days: parts(text).allSatisfy { ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].contains($0) }
        case .dates: parts(text).allSatisfy(isDate)
        case .text, .integer, .phone: true
        }
    }

    private static func parts(_ text: String) -> [Substring] {
        text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false)
    }

    private static func isAddress(_ text: String) -> Bool {
        guard text.utf8.count <= 500, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }), let url = URL(string: text)
        else { return false }
        return ["http", "https"].contains(url.scheme?.lowercased() ?? "") && !(url.host() ?? "").isEmpty
    }

    /// Hours, or hours and minutes behind a dot.
    private static func isClock(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let hour = number(parts[0], 1...2), hour <= 24 else { return false }
        guard parts.count == 2 else { return true }
        guard let minute = number(parts[1], 2...2) else { return false }
        return minute <= 59 && (hour < 24 || minute == 0)
    }

    /// `dd.mm`
    private static func isDate(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let day = number(parts[0], 2...2), let month = number(parts[1], 2...2) else {
            return false
        }
        return (1...31).contains(day) && (1...12).contains(month)
    }

    private static func number(_ text: Substring, _ length: ClosedRange<Int>) -> Int? {
        guard length.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text)
    }

    private static func words(_ rule: Rule) -> String {
        switch rule {
        case .yesOrNo: "Y or N"
        case .choice(let choices): "one of \(choices.joined(separator: ", "))"
        case .text(let length): "a text of \(length.lowerBound) to \(length.upperBound) characters"
        case .integer(let range): "an integer from \(range.lowerBound) to \(range.upperBound)"
        case .phone: "a telephone number, or an empty text"
        case .address: "an http or https address, or an empty text"
        case .clock: "hours such as 9 or 18.30, or an empty text"
        case .timeZone: "a time zone such as Europe/Moscow, or an empty text"
        case .days: "days out of MO,TU,WE,TH,FR,SA,SU between commas"
        case .dates: "dates such as 01.01,09.05"
        }
    }
}
