import Billing
import PhoneNumbers

/// Reads the fields of a portal's command one by one; every complaint names the field and what it takes.
struct CommandFields: Sendable {
    private let json: JSONValue

    init(_ json: JSONValue) { self.json = json }

    /// Null and absence are the same.
    private func given(_ name: String) -> JSONValue? {
        guard let value = json[name], value != .null else { return nil }
        return value
    }

    /// Whether any of the fields is there.
    func isGiven(any names: [String]) -> Bool { names.contains { given($0) != nil } }

    /// A text of so many characters (Unicode scalars: what looks like one may have any number), none of them a control character.
    func optionalText(_ name: String, _ length: ClosedRange<Int>) throws(ControllerError) -> String? {
        guard let value = given(name) else { return nil }
        guard let text = value.string, length.contains(text.unicodeScalars.count),
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw Self.wrong(name, "a text of \(length.lowerBound) to \(length.upperBound) characters") }
        return text
    }

    func text(_ name: String, _ length: ClosedRange<Int>) throws(ControllerError) -> String {
        guard let text = try optionalText(name, length) else {
            throw Self.wrong(name, "a text of \(length.lowerBound) to \(length.upperBound) characters")
        }
        return text
    }

    func integer(
        _ name: String, _ range: ClosedRange<Int64>, fallback: Int64
    ) throws(ControllerError) -> Int64 {
        guard let value = given(name) else { return fallback }
        guard let integer = value.int64, range.contains(integer) else {
            throw Self.wrong(name, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return integer
    }

    /// `Y` or `N`.
    func flag(_ name: String) throws(ControllerError) -> Bool {
        switch given(name)?.string {
        case "Y": return true
        case "N": return false
        default: throw Self.wrong(name, "Y or N")
        }
    }

    /// A decimal text that is not negative.
    func amount(_ name: String, _ currency: Currency) throws(ControllerError) -> Money {
        guard let text = given(name)?.string, let money = try? Money(text, currency), !money.isNegative else {
            throw Self.wrong(name, "an amount such as 300 or 12.50, not negative")
        }
        return money
    }

    /// A request's own identifier: whoever sends it again gets what it brought the first time.
    func requestID() throws(ControllerError) -> RequestID {
        guard let id = given("REQUEST_ID")?.string.flatMap(RequestID.init(rawValue:)) else {
            throw Self.wrong("REQUEST_ID", "8 to 64 latin letters, digits, hyphens or underscores")
        }
        return id
    }

    /// The digits of a telephone number.
    func number(_ portal: Portal) throws(ControllerError) -> String {
        let text = given("PHONE_NUMBER")?.string ?? ""
        guard let number = PhoneNumberParser.parse(text, defaultRegion: portal.access.region).number else {
            throw Self.wrong("PHONE_NUMBER", "a telephone number")
        }
        return number.digits
    }

    static func wrong(_ name: String, _ expected: String) -> ControllerError {
        ControllerError(.wrongRequest, "\(name) must be \(expected)")
    }
}

/// Names a portal's request that must take effect once.
struct RequestID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    let rawValue: String

    /// Nil for anything but 8 to 64 latin letters, digits, hyphens and underscores.
    init?(rawValue: String) {
        let isPlain = rawValue.unicodeScalars.allSatisfy {
            switch $0 {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_": true
            default: false
            }
        }
        guard isPlain, (8...64).contains(rawValue.utf8.count) else { return nil }
        self.rawValue = rawValue
    }

    var description: String { rawValue }
}
