import SIP

/// Who has answered a call, as its caller may show it.
///
/// Written as P-Asserted-Identity (RFC 3325) and, for older phones, Remote-Party-ID (draft-ietf-sip-privacy-04): both go
/// to a caller who has proved who he is, over his own connection.
struct CalleeIdentity: Equatable {
    /// Characters of a name that are shown.
    private static let longestName = 100

    let address: NameAddress

    /// - Parameters:
    ///   - name: As the scenario gives it; line ends and other controls are left out.
    ///   - called: The address that was called. Nil without one, or without a name.
    init?(name: String?, called: SIPURI?) {
        guard let called, let name else { return nil }
        let shown = String(name.filter { !$0.isNewline && $0 >= " " }.prefix(Self.longestName))
        guard !shown.isEmpty else { return nil }
        address = NameAddress(displayName: shown, uri: SIPURI(user: called.user ?? called.opaque, host: called.host))
    }

    func write(to headers: inout SIPHeaders) {
        headers.set(.pAssertedIdentity, address.description)
        headers.set(.remotePartyID, "\(address);party=called;privacy=off;screen=yes")
    }

    /// The name of whoever has answered, from what his answer says; empty when it says nothing, or wants privacy.
    static func name(in headers: SIPHeaders) -> String {
        guard headers.all(.privacy).allSatisfy({ $0.lowercased() == "none" }) else { return "" }
        let parties = ((try? headers.addresses(.remotePartyID)) ?? []).filter {
            ($0.parameters["party"] ?? "called").lowercased() == "called"
        }
        let named = ((try? headers.assertedIdentities) ?? []) + parties + ((try? headers.addresses(.contact)) ?? [])
        return named.lazy.compactMap(\.displayName).first { !$0.isEmpty } ?? ""
    }
}
