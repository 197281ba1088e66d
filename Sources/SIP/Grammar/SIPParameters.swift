/// The `;name=value` list of a URI or a header field, in order, with names that ignore case.
public struct SIPParameters: Hashable, Sendable, RandomAccessCollection {
    /// One parameter; a flag has no value.
    public struct Parameter: Hashable, Sendable {
        /// The name as written.
        public var name: String
        /// The value without quotes and their escapes, or nil for a flag.
        public var value: String?
        /// Whether the value stood in quotes.
        public var isQuoted: Bool

        /// A parameter; a value that is not a token, host or number is written in quotes anyway.
        public init(name: String, value: String? = nil, isQuoted: Bool = false) {
            self.name = name
            self.value = value
            self.isQuoted = isQuoted
        }
    }

    /// The most that the parser takes in one list, so that comparing two lists stays cheap.
    public static let maximumCount = 64

    private var items: [Parameter]

    /// No parameters.
    public init() { items = [] }

    /// Parameters in the order given.
    public init(_ items: [Parameter]) { self.items = items }

    public var startIndex: Int { 0 }
    public var endIndex: Int { items.count }
    public subscript(position: Int) -> Parameter { items[position] }

    /// The value of the first parameter of this name; nil when absent or a flag. Setting nil removes the parameter,
    /// setting a value replaces the first of the name in its place or adds one at the end.
    public subscript(name: String) -> String? {
        get { items.first { CaseFolding.equal($0.name, name) }?.value }
        set {
            guard let newValue else { return remove(name) }
            set(Parameter(name: name, value: newValue))
        }
    }

    /// Whether a parameter of this name is there, with or without a value.
    public func contains(_ name: String) -> Bool { items.contains { CaseFolding.equal($0.name, name) } }

    /// Replaces the first parameter of the name in its place, or adds it at the end.
    public mutating func set(_ parameter: Parameter) {
        if let index = items.firstIndex(where: { CaseFolding.equal($0.name, parameter.name) }) {
            items[index] = parameter
        } else {
            items.append(parameter)
        }
    }

    /// Makes sure that a flag of this name is there.
    public mutating func setFlag(_ name: String) { set(Parameter(name: name)) }

    /// Removes every parameter of this name.
    public mutating func remove(_ name: String) { items.removeAll { CaseFolding.equal($0.name, name) } }

    mutating func append(_ parameter: Parameter) { items.append(parameter) }
}

extension SIPParameters: ExpressibleByDictionaryLiteral {
    /// Parameters in the order written; a nil value makes a flag.
    public init(dictionaryLiteral elements: (String, String?)...) {
        self.init(elements.map { Parameter(name: $0.0, value: $0.1) })
    }
}

extension SIPParameters: CustomStringConvertible {
    /// The list as it is sent, beginning with a semicolon; empty for no parameters.
    public var description: String {
        var text = ""
        for item in items {
            text += ";"
            text += item.name
            guard let value = item.value else { continue }
            text += "="
            text += item.isQuoted || Self.needsQuotes(value) ? QuotedString.encode(value) : value
        }
        return text
    }

    /// Whether the value is anything else than a token, a host, an address, a number or a URI's parameter value.
    private static func needsQuotes(_ value: String) -> Bool {
        !value.utf8.allSatisfy { byte in
            switch byte {
            case .colon, .openBracket, .closeBracket, .slash, .ampersand, .dollar, .openParenthesis,
                .closeParenthesis, .at:
                true
            default: ByteClass.isToken(byte)
            }
        } || value.isEmpty
    }
}

/// Quoted strings on the way out.
enum QuotedString {
    /// The text in quotes, with quotes and backslashes escaped; line ends become spaces, for no header may hold them.
    static func encode(_ text: String) -> String {
        var bytes: [UInt8] = [.quote]
        for byte in text.utf8 {
            switch byte {
            case .quote, .backslash:
                bytes.append(.backslash)
                bytes.append(byte)
            case .carriageReturn, .lineFeed: bytes.append(.space)
            default: bytes.append(byte)
            }
        }
        bytes.append(.quote)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension GrammarScanner {
    /// The `*( SEMI name [ EQUAL value ] )` list of a header field up to the cursor's end.
    mutating func headerParameters() throws(SIPParseError) -> SIPParameters {
        var parameters = SIPParameters()
        while takeSeparator(.semicolon) {
            let name = try token("a parameter name")
            guard parameters.count < SIPParameters.maximumCount else {
                throw error("more than \(SIPParameters.maximumCount) parameters")
            }
            guard takeSeparator(.equals) else {
                parameters.append(.init(name: name))
                continue
            }
            if next == .quote {
                parameters.append(.init(name: name, value: try quotedString(), isQuoted: true))
                continue
            }
            let range = takeWhile { byte in
                byte > 0x20 && byte != .semicolon && byte != .comma && byte != .quote && byte != .lessThan
                    && byte != .greaterThan && byte != 0x7F
            }
            guard !range.isEmpty else { throw error("expected a value after =") }
            parameters.append(.init(name: name, value: text(range)))
        }
        return parameters
    }
}
