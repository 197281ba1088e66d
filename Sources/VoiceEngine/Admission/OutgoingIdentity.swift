import CallControl
import SIP

/// How the caller of an outgoing leg is written.
///
/// With `Privacy: id` among the scenario's headers the callee gets an anonymous From. A trunk is told who calls all the
/// same (P-Asserted-Identity, RFC 3325 9.3); nobody else is.
struct OutgoingIdentity {
    let from: NameAddress
    let headers: SIPHeaders

    init(callerID: String, displayName: String?, host: String, scenario: CallHeaders, isTrusted: Bool) {
        let address = NameAddress(displayName: displayName, uri: SIPURI(user: callerID, host: host))
        let wish = scenario.first { $0.key.lowercased() == "privacy" }?.value.lowercased() ?? ""
        let isPrivate = wish.split(separator: ";").contains { $0 == "id" || $0 == "user" }
        var headers = SIPHeaders()
        if isTrusted, !callerID.isEmpty { headers.set(.pAssertedIdentity, address.description) }
        if isPrivate {
            headers.set(.privacy, "id")
            from = NameAddress(
                displayName: "Anonymous", uri: SIPURI(user: CallerIdentity.anonymous, host: "anonymous.invalid"))
        } else {
            from = address
        }
        self.headers = headers
    }
}
