/// Settings as they stand among a command's arguments: `--voice-sip-port 5070` or `--voice-sip-port=5070`.
///
/// A setting may stand anywhere. Its value must not be taken for an argument of the command, which knows nothing of
/// settings, and finds its own arguments only before what it does not know; so flag and value are made one word, and all
/// settings go to the end, before anybody reads them.
enum SettingFlags {
    private static let keys = Dictionary(uniqueKeysWithValues: ConfigurationCatalogue.keys.map { ($0.flag, $0) })

    /// The arguments with the settings at their end, each in one word; what comes after `--` is none.
    static func gathered(_ arguments: [String]) -> [String] {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        let words = joined(arguments[..<end])
        func isSetting(_ word: String) -> Bool { keys[String(word.prefix { $0 != "=" })] != nil }
        return words.filter { !isSetting($0) } + arguments[end...] + words.filter(isSetting)
    }

    private static func joined(_ arguments: ArraySlice<String>) -> [String] {
        var joined: [String] = []
        var rest = arguments
        while let word = rest.popFirst() {
            guard let key = keys[word], let next = rest.first, isValue(next, of: key) else {
                joined.append(word)
                continue
            }
            joined.append("\(word)=\(next)")
            rest.removeFirst()
        }
        return joined
    }

    /// The texts that the arguments give to each setting, in their order.
    ///
    /// - Throws: ``ConfigurationError`` for what is no setting, and for settings without a value or with two.
    static func values(_ arguments: [String]) throws(ConfigurationError) -> [String: [String]] {
        var values: [String: [String]] = [:]
        var before: ConfigurationKey?
        for word in joined(arguments[...]) where word != "--" {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let key = keys[parts[0]] else { throw mistake(word, after: before) }
            guard let value = parts.count > 1 ? parts[1] : key.valueOfBareFlag else {
                throw .missingValue(flag: key.flag, expected: key.expectation)
            }
            if values[key.name] != nil, !key.isList { throw .givenTwice(flag: key.flag) }
            values[key.name, default: []] += key.isList ? entries(value) : [value]
            before = parts.count > 1 ? nil : key
        }
        return values
    }

    /// Whether a word can be a setting's value: an option is none, so a slip of the finger is not swallowed.
    private static func isValue(_ word: String, of key: ConfigurationKey) -> Bool {
        switch key.kind {
        case .boolean: Bool(word) != nil
        case .integer: !word.hasPrefix("-") || Int(word) != nil
        case .text, .choice, .list: !word.hasPrefix("-")
        }
    }

    private static func mistake(_ word: String, after key: ConfigurationKey?) -> ConfigurationError {
        if let key { return .wrongValue(key: key.name, given: word, expected: key.expectation) }
        guard word.hasPrefix("-") else { return .strayArgument(word) }
        let name = String(word.prefix { $0 != "=" })
        return .unknownKey(name: name, source: "the command line", nearest: nearest(name, in: Array(keys.keys)))
    }

    private static func entries(_ value: String) -> [String] {
        value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// The known name with the fewest edits, if it is close enough to be a slip of the finger.
    static func nearest(_ name: String, in known: [String]) -> String? {
        known.map { ($0, editDistance($0, name)) }.filter { $0.1 <= 4 }.min { ($0.1, $0.0) < ($1.1, $1.0) }?.0
    }

    private static func editDistance(_ left: String, _ right: String) -> Int {
        let right = Array(right)
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, previous + (a == b ? 0 : 1))
                previous = above
            }
        }
        return row[right.count]
    }
}

extension ConfigurationKey {
    fileprivate var isList: Bool {
        if case .list = kind { true } else { false }
    }

    /// A flag alone says yes.
    fileprivate var valueOfBareFlag: String? { kind.isBoolean ? "true" : nil }
}

extension ConfigurationKey.Kind {
    fileprivate var isBoolean: Bool {
        if case .boolean = self { true } else { false }
    }
}
