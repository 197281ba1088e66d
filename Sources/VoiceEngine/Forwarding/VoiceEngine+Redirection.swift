import CallControl
import SIP

extension VoiceEngine {
    /// Lets a leg follow devices that name other addresses.
    func allowRedirections(of leg: OutboundLeg, dialled: SIPURI, domain: String) {
        var trail = RedirectTrail(dialled: dialled, domain: domain, ownHosts: [shell.localAddress])
        leg.onRedirect = { [weak self, weak leg] redirection in
            guard let self, let leg else { return false }
            let count = leg.branchCount
            for target in trail.follow(redirection.contacts) { call(target, redirection, domain: domain, leg) }
            return leg.branchCount > count
        }
    }

    private func call(
        _ target: RedirectTrail.Target, _ redirection: OutboundLeg.Redirection, domain: String, _ leg: OutboundLeg
    ) {
        switch target {
        case .user(let name):
            let address = SIPURI(user: name, host: domain)
            for phone in registeredPhones(of: UserAddress(username: name, domain: domain)) {
                var invite = redirection.invite(to: address)
                invite.uri = phone.contact.uri
                invite.contact = shell.contact(user: invite.contact.uri.user ?? "", on: phone.flow)
                // A password is for the host that was dialled.
                invite.credentials = nil
                add(invite, on: phone.flow, to: leg)
            }
        case .address(let uri):
            var invite = redirection.invite(to: uri)
            invite.uri = uri
            add(invite, on: redirection.branch.flow, to: leg)
        }
    }
}

extension OutboundLeg.Redirection {
    /// The call as it goes on to another address, which is told where it comes from.
    fileprivate func invite(to target: SIPURI) -> OutgoingInvite {
        var invite = branch.invite
        for name in [SIPHeaderName.diversion, .historyInfo] where headers.contains(name) {
            invite.headers.set(name, headers.all(name))
        }
        invite.headers.noteForwarding(from: branch.invite.to.uri, to: target, status: status)
        invite.to = NameAddress(uri: target)
        return invite
    }
}
