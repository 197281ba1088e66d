import PhoneNumbers

/// Reads one JSON object field by field; every complaint names the field's whole path.
struct InputReader {
    let path: String
    private let object: [String: JSONValue]

    init(_ value: JSONValue, path: String = "") throws(InputError) {
        guard case .object(let object) = value else {
            throw InputError(path: path, expected: "an object", found: value.typeName)
        }
        self.object = object
        self.path = path
    }

    /// The field's value; null and absence are the same.
    subscript(key: String) -> JSONValue? {
        guard let value = object[key], value != .null else { return nil }
        return value
    }

    /// Whether the field is there, null or not.
    func has(_ key: String) -> Bool { object[key] != nil }
    var keys: [String] { object.keys.sorted() }

    func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Refuses fields of other names, so that a misspelt one is not lost in silence.
    func allowOnly(_ names: [String]) throws(InputError) {
        guard let other = keys.first(where: { !names.contains($0) }) else { return }
        throw InputError(
            path: place(other), expected: "one of \(names.sorted().joined(separator: ", "))", found: "an unknown field")
    }

    func text(_ key: String, _ length: ClosedRange<Int>) throws(InputError) -> String {
        try required(key, optionalText(key, length), "a text of \(Self.words(length)) characters")
    }

    func optionalText(_ key: String, _ length: ClosedRange<Int>) throws(InputError) -> String? {
        guard let value = self[key] else { return nil }
        let expected = "a text of \(Self.words(length)) characters"
        guard case .text(let text) = value else { throw wrong(key, expected, value.typeName) }
        // Unicode scalars: what looks like one character may have any number of them.
        let count = text.unicodeScalars.count
        guard length.contains(count) else { throw wrong(key, expected, "\(count) characters") }
        guard !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw wrong(key, "a text without control characters", "one")
        }
        return text
    }

    func integer(_ key: String, _ range: ClosedRange<Int64>) throws(InputError) -> Int64 {
        try required(key, optionalInteger(key, range), "an integer")
    }

    /// An integer, or a text that holds one.
    func optionalInteger(_ key: String, _ range: ClosedRange<Int64>) throws(InputError) -> Int64? {
        guard let value = self[key] else { return nil }
        let expected = "an integer from \(range.lowerBound) to \(range.upperBound)"
        let integer: Int64? =
            switch value {
            case .integer(let integer): integer
            case .text(let text): Int64(text)
            default: nil
            }
        guard let integer else { throw wrong(key, expected, value.typeName) }
        guard range.contains(integer) else { throw wrong(key, expected, String(integer)) }
        return integer
    }

    /// true and false, `Y` and `N`.
    func optionalFlag(_ key: String) throws(InputError) -> Bool? {
        switch self[key] {
        case nil: return nil
        case .flag(let flag): return flag
        case .text("Y"): return true
        case .text("N"): return false
        case let value?: throw wrong(key, "true or false", value.typeName)
        }
    }

    func list(_ key: String, atMost count: Int) throws(InputError) -> [JSONValue]? {
        guard let value = self[key] else { return nil }
        guard case .list(let list) = value else { throw wrong(key, "a list", value.typeName) }
        guard list.count <= count else { throw wrong(key, "at most \(count) elements", "\(list.count)") }
        return list
    }

    /// A list of objects, each with a reader that knows its place.
    func objects(_ key: String, atMost count: Int) throws(InputError) -> [InputReader] {
        var readers: [InputReader] = []
        for (index, value) in (try list(key, atMost: count) ?? []).enumerated() {
            readers.append(try InputReader(value, path: "\(place(key))[\(index)]"))
        }
        return readers
    }

    /// A telephone number in any spelling of the region, in canonical digits.
    func optionalPhone(_ key: String, region: Region) throws(InputError) -> PhoneNumber? {
        guard let text = try optionalText(key, 0...PhoneNumberParser.longestText), !text.isEmpty else { return nil }
        return try Self.phone(text, region: region, path: place(key))
    }

    func phones(_ key: String, region: Region, atMost count: Int) throws(InputError) -> [PhoneNumber]? {
        guard let values = try list(key, atMost: count) else { return nil }
        var phones: [PhoneNumber] = []
        for (index, value) in values.enumerated() {
            let place = "\(place(key))[\(index)]"
            guard case .text(let text) = value else {
                throw InputError(path: place, expected: "a telephone number as text", found: value.typeName)
            }
            let phone = try Self.phone(text, region: region, path: place)
            if !phones.contains(phone) { phones.append(phone) }
        }
        return phones
    }

    func wrong(_ key: String, _ expected: String, _ found: String) -> InputError {
        InputError(path: place(key), expected: expected, found: found)
    }

    private func required<Value>(_ key: String, _ value: Value?, _ expected: String) throws(InputError) -> Value {
        guard let value else { throw wrong(key, expected, has(key) ? "null" : "nothing") }
        return value
    }

    private static func phone(_ text: String, region: Region, path: String) throws(InputError) -> PhoneNumber {
        guard let number = PhoneNumberParser.parse(text, defaultRegion: region).number else {
            throw InputError(
                path: path, expected: "a telephone number such as +7 495 445-11-20", found: "a text that is none")
        }
        return number
    }

    private static func words(_ range: ClosedRange<Int>) -> String { "\(range.lowerBound) to \(range.upperBound)" }
}
