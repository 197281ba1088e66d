import CallControl
import SIP

/// Decides what becomes of REFER (RFC 3515), in both directions.
///
/// An attended transfer between two calls of one application is carried out here, without the scenarios: the legs of the
/// transferring phone are joined. A blind one is the scenario's, when it wants them, and is refused otherwise.
final class TransferDesk {
    private let shell: SIPShell
    private let legs: LegDirectory

    init(shell: SIPShell, legs: LegDirectory) {
        self.shell = shell
        self.legs = legs
    }

    /// The session asks a leg's far end to call somebody else.
    func transfer(_ leg: any CallLeg, _ request: TransferRequest, replacing other: (any CallLeg)?) {
        guard let dialog = leg.dialog, let domain = leg.session?.domain else {
            return leg.transfers.fail(code: 481, reason: "The call is not answered")
        }
        var target: NameAddress?
        var replaces: Replaces?
        if request.replacing != nil {
            let found = other?.dialog.flatMap { dialog in
                shell.command { agent, _ in agent.replaceableDialog(of: dialog.handle) }
            }
            guard let found else {
                return leg.transfers.fail(code: 481, reason: "The other call is not answered")
            }
            (target, replaces) = (found.target, found.replaces)
        } else {
            target = Self.address(request.target, domain: domain).map { NameAddress(uri: $0) }
        }
        guard let target else { return leg.transfers.fail(code: 404, reason: "Malformed SIP address") }
        leg.transfers.ask(
            dialog.handle, to: target, replaces: replaces, referredBy: NameAddress(uri: SIPURI(host: domain)),
            headers: request.headers)
    }

    /// A whole SIP address, or a user of the domain.
    private static func address(_ text: String, domain: String) -> SIPURI? {
        if text.contains(":") {
            guard let uri = try? SIPURI(parsing: text), uri.isSIP || uri.scheme == "tel" else { return nil }
            return uri
        }
        return text.isEmpty ? nil : SIPURI(user: text, host: domain)
    }

    /// A leg's far end asks for a transfer.
    func decide(_ referral: Referral, of leg: any CallLeg, in handle: SessionHandle) {
        if let replaces = referral.replaces {
            guard let found = legs.find(replaces), mayJoin(leg, handle, found), join(leg, handle, found, referral)
            else {
                return leg.transfers.reject(referral, in: handle, status: 603)
            }
            return
        }
        guard leg.transfers.isHandled else { return leg.transfers.reject(referral, in: handle, status: 603) }
        leg.transfers.accept(referral, in: handle, target: text(of: referral.target, for: leg))
    }

    private func text(of target: SIPURI, for leg: any CallLeg) -> String {
        let isOwn = [leg.session?.domain, shell.localAddress].contains(target.bareHost.lowercased())
        if target.isSIP, isOwn, let user = target.user { return user }
        return target.scheme == "tel" ? target.user ?? "" : target.description
    }

    /// Both calls are of one application, and of one user or device: nobody puts through what is not his.
    private func mayJoin(
        _ leg: any CallLeg, _ handle: SessionHandle, _ found: (entry: LegDirectory.Entry, dialog: ReplacedDialog)
    ) -> Bool {
        let other = found.entry.leg
        guard let domain = leg.session?.domain, !domain.isEmpty, found.dialog.isEstablished, other !== leg,
            other.session?.domain == domain
        else { return false }
        if leg.party.isUser, other.party.isUser, leg.party.name == other.party.name { return true }
        guard let own = legs.flow(of: handle) else { return false }
        let flow = found.entry.flow
        return (own.transport, own.remoteAddress, own.remotePort)
            == (flow.transport, flow.remoteAddress, flow.remotePort)
    }

    /// Puts the far ends of two legs through; false when they cannot hear each other.
    private func join(
        _ leg: any CallLeg, _ handle: SessionHandle, _ found: (entry: LegDirectory.Entry, dialog: ReplacedDialog),
        _ referral: Referral
    ) -> Bool {
        let other = found.entry.leg
        guard leg.mayConnect, other.mayConnect, let join = LegJoin(leg, other) else { return false }
        let (mine, theirs) = (Self.partner(of: leg), Self.partner(of: other))
        leg.connect(to: .leg(join))
        other.connect(to: .leg(join))
        shell.attempt { (agent, now) throws(UserAgentError) in
            try agent.acceptRefer(handle, referral.id, at: now)
            try agent.reportRefer(handle, referral.id, status: 200, at: now)
        }
        legs.retire(handle, afterReport: referral.wantsReports)
        legs.retire(found.dialog.handle)
        Self.announce(leg, theirs ?? LegParty(name: referral.target.user ?? ""))
        Self.announce(other, mine ?? LegParty())
        return true
    }

    /// Who speaks to the leg in its session.
    private static func partner(of leg: any CallLeg) -> LegParty? {
        leg.media.source.flatMap { leg.session?.leg(withMedia: $0)?.party }
    }

    static func announce(_ leg: any CallLeg, _ party: LegParty, headers: CallHeaders = [:]) {
        leg.party = party
        leg.session?.emit(
            .replaced(leg.id, peer: party.name, displayName: party.displayName, headers: headers))
    }
}
