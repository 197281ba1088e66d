/// Names one transfer of a call, asked for by either side; unique in its call and direction.
public struct ReferralID: Hashable, Sendable, CustomStringConvertible {
    /// A number unique in its call, for logs.
    public let rawValue: UInt32

    public var description: String { "transfer \(rawValue)" }
}

/// The peer asks this side to call somebody else (RFC 3515).
public struct Referral: Hashable, Sendable {
    /// What the answer names.
    public let id: ReferralID
    /// Whom to call; a Replaces in the URI is taken out.
    public var target: SIPURI
    /// The dialog that the new call shall take over (RFC 3891), as its receiver knows it; nil for a blind transfer.
    public var replaces: Replaces?
    /// Who asks, when he says so (RFC 3892).
    public var referredBy: NameAddress?
    /// Whether the peer wants to hear how it goes on; false for `Refer-Sub: false` (RFC 4488).
    public var wantsReports: Bool
    /// The header fields of the REFER.
    public var headers: SIPHeaders

    /// The transfer that a REFER asks for; the error has the status of the refusal.
    ///
    /// RFC 3515 2.4.2: exactly one Refer-To. A Replaces that cannot be read is a mistake, not a blind transfer.
    init(_ request: SIPRequest, id: ReferralID) throws(SIPParseError) {
        guard request.headers.count(.referTo) > 0 else {
            throw SIPParseError(.missingHeader, "a REFER has one", in: "Refer-To")
        }
        guard try request.headers.addresses(.referTo).count == 1 else {
            throw SIPParseError(.duplicateHeader, "a REFER has one", in: "Refer-To")
        }
        guard var uri = try request.headers.referTo?.uri, uri.isSIP || uri.scheme == "tel" else {
            throw SIPParseError(.malformedURI, "expected a sip or tel address", in: "Refer-To")
        }
        let written = uri.headers.filter { CaseFolding.equal($0.name, "replaces") }
        guard written.count <= 1 else {
            throw SIPParseError(.duplicateHeader, "one dialog can be taken over", in: "Replaces")
        }
        if let value = written.first?.value { replaces = try Replaces(parsing: PercentEncoding.decode(value)) }
        uri.headers = []
        target = uri
        referredBy = try request.headers.referredBy
        wantsReports = request.headers.tokens(.referSub).first != "false"
        headers = request.headers
        self.id = id
    }
}
