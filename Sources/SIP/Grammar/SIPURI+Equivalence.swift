extension SIPURI {
    /// Whether both name the same resource by RFC 3261 clause 19.1.4 (sip, sips) or RFC 3966 clause 5 (tel).
    ///
    /// Escapes are resolved first; user and password compare with case, the rest without. `user`, `ttl`, `method`,
    /// `maddr` and `transport` must be in both or in none; other parameters count only when both have them.
    public func isEquivalent(to other: SIPURI) -> Bool {
        guard scheme == other.scheme else { return false }
        if opaque != nil || other.opaque != nil { return opaque == other.opaque }
        if scheme == "tel" { return isSameNumber(as: other) }
        return Self.sameOctets(rawUser, other.rawUser) && Self.sameOctets(rawPassword, other.rawPassword)
            && CaseFolding.equal(host, other.host) && port == other.port
            && parametersMatch(other) && headersMatch(other)
    }

    private static func sameOctets(_ left: String?, _ right: String?) -> Bool {
        guard let left, let right else { return left == nil && right == nil }
        return left == right || PercentEncoding.octets(left) == PercentEncoding.octets(right)
    }

    private static let mustMatch = ["user", "ttl", "method", "maddr", "transport"]

    private func parametersMatch(_ other: SIPURI) -> Bool {
        for name in Self.mustMatch where parameters.contains(name) != other.parameters.contains(name) { return false }
        return parameters.allSatisfy { parameter in
            guard other.parameters.contains(parameter.name) else { return true }
            return Self.sameValue(parameter.value, other.parameters[parameter.name])
        }
    }

    private static func sameValue(_ left: String?, _ right: String?) -> Bool {
        CaseFolding.equal(PercentEncoding.decode(left ?? ""), PercentEncoding.decode(right ?? ""))
    }

    /// Header fields never default: each must be in both, in any order.
    private func headersMatch(_ other: SIPURI) -> Bool {
        guard headers.count == other.headers.count else { return false }
        return headers.allSatisfy { header in
            other.headers.contains {
                CaseFolding.equal(header.name, $0.name) && Self.sameOctets(header.value, $0.value)
            }
        }
    }

    private func isSameNumber(as other: SIPURI) -> Bool {
        guard Self.digits(rawUser) == Self.digits(other.rawUser) else { return false }
        guard parameters.count == other.parameters.count else { return false }
        return parameters.allSatisfy {
            other.parameters.contains($0.name) && Self.sameValue($0.value, other.parameters[$0.name])
        }
    }

    /// The number without its visual separators (RFC 3966 clause 5.1.1), letters small.
    private static func digits(_ number: String?) -> [UInt8] {
        (number ?? "").utf8.map(ByteClass.lowercased).filter {
            $0 != .dash && $0 != .dot && $0 != .openParenthesis && $0 != .closeParenthesis
        }
    }
}
