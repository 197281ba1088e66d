extension SIPURI {
    /// The URI in `text`, which holds nothing else: no brackets, no white space around it.
    ///
    /// Throws `malformedURI`. More liberal than RFC 3261 in the user part alone, where phones write `#` and UTF-8 bare.
    public init(parsing text: some StringProtocol) throws(SIPParseError) {
        try self.init(GrammarScanner(text, place: "URI"))
    }

    /// The URI that fills the cursor from its position to its end.
    init(_ cursor: GrammarScanner) throws(SIPParseError) {
        var scanner = cursor
        let scheme = scanner.takeWhile(Self.isSchemeByte)
        guard let first = scheme.first, ByteClass.isLetter(scanner.bytes[first]), scanner.take(.colon) else {
            throw scanner.error("expected a scheme and a colon", .malformedURI)
        }
        let name = CaseFolding.lowercased(scanner.text(scheme))
        switch name {
        case "sip", "sips":
            self.init(scheme: name, host: "")
            try parseUserInformation(&scanner)
            try parseHostAndPort(&scanner)
            try parseParameters(&scanner)
            try parseHeaders(&scanner)
        case "tel":
            self.init(scheme: name, host: "")
            try parseNumber(&scanner)
            try parseParameters(&scanner)
        default:
            let rest = scanner.takeWhile { !ByteClass.isForbiddenInURI($0) }
            guard !rest.isEmpty else { throw scanner.error("expected text behind the scheme", .malformedURI) }
            self.init(scheme: name, opaque: scanner.text(rest))
        }
        guard scanner.isAtEnd else { throw scanner.error("a character that must be escaped", .malformedURI) }
    }

    private static func isSchemeByte(_ byte: UInt8) -> Bool {
        ByteClass.isLetter(byte) || ByteClass.isDigit(byte) || byte == .plus || byte == .dash || byte == .dot
    }

    /// The part before the first `@`, which neither parameters nor headers may hold unescaped.
    private mutating func parseUserInformation(_ scanner: inout GrammarScanner) throws(SIPParseError) {
        let start = scanner.position
        guard let at = scanner.bytes[start..<scanner.end].firstIndex(of: .at) else { return }
        var colon: Int?
        while scanner.position < at {
            let byte = scanner.bytes[scanner.position]
            if byte == .colon, colon == nil { colon = scanner.position }
            try Self.check(byte, &scanner)
            scanner.position += 1
        }
        rawUser = scanner.text(start..<(colon ?? at))
        rawPassword = colon.map { scanner.text(($0 + 1)..<at) }
        scanner.position = at + 1
    }

    /// Refuses octets that no URI holds and percent signs that begin no escape.
    private static func check(_ byte: UInt8, _ scanner: inout GrammarScanner) throws(SIPParseError) {
        if ByteClass.isForbiddenInURI(byte) {
            throw scanner.error("a character that must be escaped", .malformedURI)
        }
        guard byte == .percent else { return }
        let digits = scanner.bytes[scanner.position..<scanner.end].dropFirst().prefix(2)
        guard digits.count == 2, digits.allSatisfy(ByteClass.isHexadecimal) else {
            throw scanner.error("expected two hexadecimal digits after the percent sign", .malformedURI)
        }
    }

    private mutating func parseHostAndPort(_ scanner: inout GrammarScanner) throws(SIPParseError) {
        host = try scanner.host(.malformedURI)
        guard scanner.take(.colon) else { return }
        do {
            port = UInt16(try scanner.number(upTo: 65535, "a port"))
        } catch {
            throw scanner.error("expected a port up to 65535", .malformedURI)
        }
    }

    private mutating func parseNumber(_ scanner: inout GrammarScanner) throws(SIPParseError) {
        let range = scanner.takeWhile { !ByteClass.isForbiddenInURI($0) && $0 != .semicolon }
        guard !range.isEmpty else { throw scanner.error("expected a telephone number", .malformedURI) }
        rawUser = scanner.text(range)
    }

    private mutating func parseParameters(_ scanner: inout GrammarScanner) throws(SIPParseError) {
        while scanner.take(.semicolon) {
            let start = scanner.position
            var equals: Int?
            while let byte = scanner.next, byte != .semicolon, byte != .question, byte != .at {
                if byte == .equals, equals == nil { equals = scanner.position }
                try Self.check(byte, &scanner)
                scanner.position += 1
            }
            let name = start..<(equals ?? scanner.position)
            guard !name.isEmpty else { throw scanner.error("expected a parameter name", .malformedURI) }
            guard parameters.count < SIPParameters.maximumCount else {
                throw scanner.error("more than \(SIPParameters.maximumCount) parameters", .malformedURI)
            }
            let value = equals.map { scanner.text(($0 + 1)..<scanner.position) }
            parameters.append(.init(name: scanner.text(name), value: value))
        }
    }

    private mutating func parseHeaders(_ scanner: inout GrammarScanner) throws(SIPParseError) {
        guard scanner.take(.question) else { return }
        repeat {
            let start = scanner.position
            var equals: Int?
            while let byte = scanner.next, byte != .ampersand {
                if byte == .equals, equals == nil { equals = scanner.position }
                try Self.check(byte, &scanner)
                scanner.position += 1
            }
            guard let equals, equals > start else {
                throw scanner.error("expected name=value after the question mark", .malformedURI)
            }
            guard headers.count < SIPParameters.maximumCount else {
                throw scanner.error("more than \(SIPParameters.maximumCount) header fields", .malformedURI)
            }
            let value = scanner.text((equals + 1)..<scanner.position)
            headers.append(Header(name: scanner.text(start..<equals), value: value))
        } while scanner.take(.ampersand)
    }
}

extension GrammarScanner {
    /// A host name, IPv4 address or bracketed IPv6 address.
    mutating func host(_ code: SIPParseError.Code) throws(SIPParseError) -> String {
        let start = position
        if take(.openBracket) {
            let address = takeWhile(ByteClass.isIPv6)
            guard address.count >= 2, take(.closeBracket) else {
                throw error("expected an IPv6 address and a closing bracket", code)
            }
        } else {
            guard !takeWhile(ByteClass.isHostName).isEmpty else { throw error("expected a host", code) }
        }
        return text(start..<position)
    }
}
