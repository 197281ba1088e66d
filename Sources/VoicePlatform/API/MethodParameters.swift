import Billing
import Digests

/// The parameters of one request, read with the checks that all methods share.
struct MethodParameters: Sendable {
    private let values: [String: String]

    init(_ values: [String: String]) { self.values = values }

    /// Which objects a list parameter names.
    enum Selection: Sendable, Equatable {
        case all
        case listed([String])
    }

    /// A parameter, nil when it is missing or empty.
    func optionalText(_ name: String, maximumLength: Int = 8192) throws(APIError) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        guard value.utf8.count <= maximumLength else {
            throw .invalid(name, "is longer than \(maximumLength) bytes")
        }
        guard !value.unicodeScalars.contains("\0") else { throw .invalid(name, "contains a zero character") }
        return value
    }

    /// All of them by name.
    var sorted: [(name: String, value: String)] {
        values.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    }

    /// Without what proves who sends the request.
    var withoutCredentials: MethodParameters {
        MethodParameters(
            values.filter { name, _ in !name.contains("api_key") && !name.contains("password") && name != "cmd" })
    }

    /// `application/x-www-form-urlencoded`
    var formText: String {
        sorted.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: String(UnicodeScalar(byte))
            default: "%" + Hexadecimal.encode([byte])
            }
        }.joined()
    }

    func isMissing(_ name: String) -> Bool { values[name] == nil }

    /// A parameter as it was sent, an empty one too; nil when it is missing.
    func present(_ name: String, maximumLength: Int = 8192) throws(APIError) -> String? {
        guard values[name] != nil else { return nil }
        return try optionalText(name, maximumLength: maximumLength) ?? ""
    }

    func text(_ name: String, maximumLength: Int = 8192) throws(APIError) -> String {
        guard let value = try optionalText(name, maximumLength: maximumLength) else {
            throw .required(name)
        }
        return value
    }

    func optionalInteger(_ name: String) throws(APIError) -> Int64? {
        guard let text = try optionalText(name) else { return nil }
        guard let number = Int64(text) else { throw .invalid(name, "is not a whole number") }
        return number
    }

    func integer(_ name: String) throws(APIError) -> Int64 {
        guard let number = try optionalInteger(name) else { throw .required(name) }
        return number
    }

    func integer(_ name: String, default value: Int64, in range: ClosedRange<Int64>) throws(APIError) -> Int64 {
        let number = try optionalInteger(name) ?? value
        guard range.contains(number) else {
            throw .invalid(name, "is not between \(range.lowerBound) and \(range.upperBound)")
        }
        return number
    }

    func optionalFlag(_ name: String) throws(APIError) -> Bool? {
        switch try optionalText(name)?.lowercased() {
        case nil: nil
        case "true", "1": true
        case "false", "0": false
        default: throw .invalid(name, "is not true or false")
        }
    }

    func flag(_ name: String, default value: Bool = false) throws(APIError) -> Bool {
        try optionalFlag(name) ?? value
    }

    func optionalMoney(_ name: String, _ currency: Currency) throws(APIError) -> Money? {
        guard let text = try optionalText(name) else { return nil }
        do { return try Money(text, currency) } catch { throw .amount(name, "is not an amount: \(error)") }
    }

    /// A list joined with `;`, or the word `all`; nil when the parameter is missing.
    func optionalSelection(_ name: String) throws(APIError) -> Selection? {
        guard let text = try optionalText(name, maximumLength: 65_536) else { return nil }
        guard text != "all" else { return .all }
        let items = text.split(separator: ";").map(String.init)
        guard !items.isEmpty, items.count <= 1000 else { throw .invalid(name, "names none or more than 1000 items") }
        return .listed(items)
    }

    /// A list of ids joined with `;`; nil when the parameter is missing or `all`.
    func optionalIDs(_ name: String) throws(APIError) -> [Int64]? {
        guard case .listed(let items)? = try optionalSelection(name) else { return nil }
        var numbers: [Int64] = []
        for item in items {
            guard let number = Int64(item) else { throw .invalid(name, "holds something that is no id") }
            numbers.append(number)
        }
        return numbers
    }

    /// Exactly one of two ways to name a thing; nil when neither is there.
    func optionalEither(_ first: String, _ second: String) throws(APIError) -> (name: String, value: Selection)? {
        let left = try optionalSelection(first)
        let right = try optionalSelection(second)
        if left != nil, right != nil { throw .invalid(second, "and \(first) exclude each other, pass one") }
        return left.map { (first, $0) } ?? right.map { (second, $0) }
    }

    func either(_ first: String, _ second: String) throws(APIError) -> (name: String, value: Selection) {
        guard let found = try optionalEither(first, second) else {
            throw .required(first, "or \(second) is required")
        }
        return found
    }

    /// Refuses what this platform cannot do, rather than to answer as if it had been done; `false` asks for nothing.
    func refuse(_ names: [String]) throws(APIError) {
        for name in names {
            guard let text = try optionalText(name), !["false", "0"].contains(text.lowercased()) else { continue }
            throw .invalid(name, "is not supported by this platform")
        }
    }

    /// The part of a list that is asked for.
    func page(maximumCount: Int64 = 1000, maximumOffset: Int64 = 1_000_000) throws(APIError) -> Page {
        Page(
            count: try integer("count", default: 20, in: 0...maximumCount),
            offset: try integer("offset", default: 0, in: 0...maximumOffset))
    }
}

/// A part of a list.
struct Page: Sendable, Equatable {
    let count: Int64
    let offset: Int64
}
