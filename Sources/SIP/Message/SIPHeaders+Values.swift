extension SIPHeaders {
    /// A field that holds one number; text behind it may follow only after `;` or `(` when `isOpen`.
    private func number(_ name: SIPHeaderName, upTo limit: UInt64, isOpen: Bool = false) throws(SIPParseError)
        -> UInt64?
    {
        guard let value = try single(name) else { return nil }
        var scanner = GrammarScanner(value, place: name.text)
        let number = try scanner.number(upTo: limit, "a number")
        scanner.skipWhitespace()
        if isOpen, scanner.next == .semicolon || scanner.next == .openParenthesis { return number }
        try scanner.finish()
        return number
    }

    /// The comma-separated tokens of all lines of a field; an element that is no token throws.
    public func tokenList(_ name: SIPHeaderName) throws(SIPParseError) -> [String] {
        var list: [String] = []
        for field in self where field.name == name {
            let scanner = GrammarScanner(field.value, place: name.text)
            for range in try FieldList.ranges(scanner) {
                var item = GrammarScanner(scanner, range)
                list.append(try item.token("a token"))
                try item.finish()
            }
        }
        return list
    }

    /// How many more proxies the request may pass, 0 to 255 (RFC 3261 clause 20.22).
    public var maxForwards: Int? {
        get throws(SIPParseError) { try number(.maxForwards, upTo: 255).map { Int($0) } }
    }

    /// Seconds after which the message, or the registration, is void (RFC 3261 clause 20.19).
    public var expires: UInt32? {
        get throws(SIPParseError) { try number(.expires, upTo: UInt64(UInt32.max)).map { UInt32($0) } }
    }

    /// The least seconds that a registrar accepts, in a 423 (RFC 3261 clause 20.23).
    public var minExpires: UInt32? {
        get throws(SIPParseError) { try number(.minExpires, upTo: UInt64(UInt32.max)).map { UInt32($0) } }
    }

    /// The type of the body (RFC 3261 clause 20.15).
    public var contentType: MediaType? {
        get throws(SIPParseError) {
            guard let value = try single(.contentType) else { return nil }
            return try MediaType(parsing: value)
        }
    }

    /// The octets in the body as the sender counted them (RFC 3261 clause 20.14).
    public var contentLength: Int? {
        get throws(SIPParseError) {
            do throws(SIPParseError) {
                return try number(.contentLength, upTo: UInt64(Int32.max)).map { Int($0) }
            } catch {
                throw SIPParseError(
                    error.code == .duplicateHeader ? .duplicateHeader : .badContentLength, error.message,
                    in: "Content-Length", at: error.offset)
            }
        }
    }

    /// The methods that the sender understands (RFC 3261 clause 20.5).
    public var allow: [SIPMethod] {
        get throws(SIPParseError) { try tokenList(.allow).map { SIPMethod(rawValue: $0) } }
    }

    /// The extensions that the sender understands (RFC 3261 clause 20.37).
    public var supported: [String] { get throws(SIPParseError) { try tokenList(.supported) } }

    /// The extensions that the receiver must understand (RFC 3261 clause 20.32).
    public var require: [String] { get throws(SIPParseError) { try tokenList(.require) } }

    /// The extensions that every proxy must understand (RFC 3261 clause 20.29).
    public var proxyRequire: [String] { get throws(SIPParseError) { try tokenList(.proxyRequire) } }

    /// The extensions that the answerer does not understand, in a 420 (RFC 3261 clause 20.40).
    public var unsupported: [String] { get throws(SIPParseError) { try tokenList(.unsupported) } }

    /// How long the session lives without a refresh, and who refreshes it (RFC 4028 clause 4).
    public var sessionExpires: SessionExpires? {
        get throws(SIPParseError) {
            guard let value = try single(.sessionExpires) else { return nil }
            return try SessionExpires(parsing: value)
        }
    }

    /// The least session interval in seconds (RFC 4028 clause 5).
    public var minSE: UInt32? {
        get throws(SIPParseError) { try number(.minSE, upTo: UInt64(UInt32.max), isOpen: true).map { UInt32($0) } }
    }

    /// Seconds to wait before the next try (RFC 3261 clause 20.33).
    public var retryAfter: UInt32? {
        get throws(SIPParseError) { try number(.retryAfter, upTo: UInt64(UInt32.max), isOpen: true).map { UInt32($0) } }
    }

    /// The number of a reliable provisional response (RFC 3262 clause 7.1).
    public var rSeq: UInt32? {
        get throws(SIPParseError) { try number(.rSeq, upTo: UInt64(UInt32.max)).map { UInt32($0) } }
    }

    /// The reliable provisional response that a PRACK acknowledges (RFC 3262 clause 7.2).
    public var rAck: RAck? {
        get throws(SIPParseError) {
            guard let value = try single(.rAck) else { return nil }
            return try RAck(parsing: value)
        }
    }

    /// The event package of a subscription, with its parameters (RFC 6665 clause 8.2.1).
    public var event: ParameterizedToken? {
        get throws(SIPParseError) { try parameterizedToken(.event) }
    }

    /// The state of a subscription: active, pending or terminated (RFC 6665 clause 8.2.3).
    public var subscriptionState: ParameterizedToken? {
        get throws(SIPParseError) { try parameterizedToken(.subscriptionState) }
    }

    private func parameterizedToken(_ name: SIPHeaderName) throws(SIPParseError) -> ParameterizedToken? {
        guard let value = try single(name) else { return nil }
        return try ParameterizedToken(parsing: value, place: name.text)
    }

    /// The program that sent the request.
    public var userAgent: String? { first(.userAgent) }
}
