extension SIPHeaders {
    /// The one value of a field that may occur once; nil when absent, an error when it occurs more often.
    func single(_ name: SIPHeaderName) throws(SIPParseError) -> String? {
        var value: String?
        for field in self where field.name == name {
            guard value == nil else {
                throw SIPParseError(.duplicateHeader, "expected one value", in: name.text)
            }
            value = field.value
        }
        return value
    }

    /// The one value of a mandatory field.
    func mandatory(_ name: SIPHeaderName) throws(SIPParseError) -> String {
        guard let value = try single(name) else {
            throw SIPParseError(.missingHeader, "the field is mandatory", in: name.text)
        }
        return value
    }

    private func address(_ name: SIPHeaderName) throws(SIPParseError) -> NameAddress {
        try NameAddress(GrammarScanner(mandatory(name), place: name.text))
    }

    /// The addresses of all lines of a list field, in order.
    public func addresses(_ name: SIPHeaderName) throws(SIPParseError) -> [NameAddress] {
        var list: [NameAddress] = []
        for field in self where field.name == name {
            let scanner = GrammarScanner(field.value, place: name.text)
            for range in try FieldList.ranges(scanner) { list.append(try NameAddress(GrammarScanner(scanner, range))) }
        }
        return list
    }

    /// The path of the request, the last hop first (RFC 3261 clause 20.42).
    public var vias: [Via] {
        get throws(SIPParseError) {
            var list: [Via] = []
            for field in self where field.name == .via {
                let scanner = GrammarScanner(field.value, place: "Via")
                for range in try FieldList.ranges(scanner) { list.append(try Via(GrammarScanner(scanner, range))) }
            }
            return list
        }
    }

    /// The hop that the message came from or the response goes to; the other hops are not looked at.
    public var topVia: Via {
        get throws(SIPParseError) {
            guard let value = first(.via) else {
                throw SIPParseError(.missingHeader, "the field is mandatory", in: "Via")
            }
            let scanner = GrammarScanner(value, place: "Via")
            let range = try FieldList.ranges(scanner).first ?? 0..<0
            return try Via(GrammarScanner(scanner, range))
        }
    }

    /// The hop's own parameters changed in place, as a server does when it notes where a request came from.
    ///
    /// Rewrites the first Via of the first line and leaves the others as written.
    public mutating func setTopVia(_ via: Via) throws(SIPParseError) {
        guard let value = first(.via) else {
            throw SIPParseError(.missingHeader, "the field is mandatory", in: "Via")
        }
        let scanner = GrammarScanner(value, place: "Via")
        let others = try FieldList.ranges(scanner).dropFirst().map { scanner.text($0) }
        replaceFirst(.via, ([via.description] + others).joined(separator: ", "))
    }

    /// The caller (RFC 3261 clause 20.20).
    public var from: NameAddress { get throws(SIPParseError) { try address(.from) } }

    /// The called (RFC 3261 clause 20.39).
    public var to: NameAddress { get throws(SIPParseError) { try address(.to) } }

    /// The Call-ID; compared octet by octet (RFC 3261 clause 20.8).
    public var callID: String {
        get throws(SIPParseError) {
            let value = try mandatory(.callID)
            let isWord = value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
            guard !value.isEmpty, isWord else {
                throw SIPParseError(.malformedHeader, "expected one word", in: "Call-ID")
            }
            return value
        }
    }

    /// The request's place in the dialog.
    public var cseq: CSeq { get throws(SIPParseError) { try CSeq(parsing: mandatory(.cSeq)) } }

    /// Where to reach the sender, or the bindings of a registration (RFC 3261 clause 20.10).
    public var contacts: Contacts {
        get throws(SIPParseError) {
            if all(.contact) == ["*"] { return .wildcard }
            return .addresses(try addresses(.contact))
        }
    }

    /// The proxies that stay on the dialog's path, in the order of the field (RFC 3261 clause 20.30).
    public var recordRoutes: [NameAddress] { get throws(SIPParseError) { try addresses(.recordRoute) } }

    /// The proxies that the request has still to visit (RFC 3261 clause 20.34).
    public var routes: [NameAddress] { get throws(SIPParseError) { try addresses(.route) } }

    /// The dialog that the INVITE takes over (RFC 3891).
    public var replaces: Replaces? {
        get throws(SIPParseError) {
            guard let value = try single(.replaces) else { return nil }
            return try Replaces(parsing: value)
        }
    }

    /// Whom a REFER asks to call (RFC 3515).
    public var referTo: NameAddress? {
        get throws(SIPParseError) { try contains(.referTo) ? address(.referTo) : nil }
    }

    /// Who asked for the call (RFC 3892).
    public var referredBy: NameAddress? {
        get throws(SIPParseError) { try contains(.referredBy) ? address(.referredBy) : nil }
    }

    /// The caller's identity as the trusted network asserts it (RFC 3325).
    public var assertedIdentities: [NameAddress] {
        get throws(SIPParseError) { try addresses(.pAssertedIdentity) }
    }
}
