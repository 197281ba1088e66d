extension SIPHeaders {
    /// The digest challenges of a registrar or user agent, in its order of preference; other schemes are left out.
    public var wwwAuthenticate: [DigestChallenge] {
        get throws(SIPParseError) { try challenges(.wwwAuthenticate) }
    }

    /// The digest challenges of a proxy, in its order of preference; other schemes are left out.
    public var proxyAuthenticate: [DigestChallenge] {
        get throws(SIPParseError) { try challenges(.proxyAuthenticate) }
    }

    /// The digest credentials for registrars and user agents; other schemes are left out.
    public var authorization: [DigestCredentials] {
        get throws(SIPParseError) { try credentials(.authorization) }
    }

    /// The digest credentials for proxies; other schemes are left out.
    public var proxyAuthorization: [DigestCredentials] {
        get throws(SIPParseError) { try credentials(.proxyAuthorization) }
    }

    private func challenges(_ name: SIPHeaderName) throws(SIPParseError) -> [DigestChallenge] {
        var list: [DigestChallenge] = []
        for value in all(name) {
            if let challenge = try DigestChallenge(parsing: value, place: name.text) { list.append(challenge) }
        }
        return list
    }

    private func credentials(_ name: SIPHeaderName) throws(SIPParseError) -> [DigestCredentials] {
        var list: [DigestCredentials] = []
        for value in all(name) {
            if let credentials = try DigestCredentials(parsing: value, place: name.text) { list.append(credentials) }
        }
        return list
    }
}
