import SIP

/// Who calls, as a scenario may know it.
///
/// A user is who he has proved to be. A trunk is trusted to name the caller (RFC 3325): by P-Asserted-Identity, else by
/// Remote-Party-ID, else by From. A caller who wants privacy (RFC 3323) stays unknown.
struct CallerIdentity: Equatable {
    /// What stands for a caller who does not want to be known.
    static let anonymous = "anonymous"

    var callerID: String
    var displayName: String

    /// Nil without a readable From.
    init?(_ headers: SIPHeaders, isTrusted: Bool) {
        guard let from = try? headers.from else { return nil }
        guard isTrusted else {
            self.init(from)
            return
        }
        let party = Self.remoteParty(headers)
        guard !Self.wantsPrivacy(headers), !Self.isPrivate(party) else {
            self.init(callerID: Self.anonymous, displayName: Self.anonymous)
            return
        }
        let asserted = ((try? headers.assertedIdentities) ?? []).first { Self.name(of: $0.uri) != nil }
        self.init(asserted ?? party ?? from)
        if displayName == callerID, let written = from.displayName, !written.isEmpty { displayName = written }
    }

    private init(callerID: String, displayName: String) {
        self.callerID = callerID
        self.displayName = displayName
    }

    private init(_ address: NameAddress) {
        let callerID = Self.name(of: address.uri) ?? Self.anonymous
        let written = address.displayName ?? ""
        self.init(callerID: callerID, displayName: written.isEmpty ? callerID : written)
    }

    private static func name(of uri: SIPURI) -> String? {
        guard uri.isSIP || uri.scheme == "tel", let user = uri.user, !user.isEmpty else { return nil }
        return user
    }

    /// The caller in Remote-Party-ID (draft-ietf-sip-privacy-04), which may name the callee as well.
    private static func remoteParty(_ headers: SIPHeaders) -> NameAddress? {
        ((try? headers.addresses(.remotePartyID)) ?? []).first { entry in
            name(of: entry.uri) != nil && (entry.parameters["party"] ?? "calling").lowercased() == "calling"
        }
    }

    private static func isPrivate(_ party: NameAddress?) -> Bool {
        guard let wish = party?.parameters["privacy"]?.lowercased() else { return false }
        return ["full", "uri"].contains(wish)
    }

    private static func wantsPrivacy(_ headers: SIPHeaders) -> Bool {
        let wishes = headers.all(.privacy).flatMap { $0.lowercased().split(whereSeparator: { ";, ".contains($0) }) }
        return wishes.contains("id") || wishes.contains("user")
    }
}
