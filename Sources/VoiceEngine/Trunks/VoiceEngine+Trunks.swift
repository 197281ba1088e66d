import CallControl
import SIP

extension VoiceEngine {
    /// Calls through the trunks that the call names, or through those that serve the domain of its address.
    ///
    /// - Returns: false when no trunk has to do with the call.
    func callThroughTrunks(
        _ call: OutgoingSIPCall, _ uri: SIPURI, _ leg: OutboundLeg, _ session: EngineSession
    ) -> Bool {
        guard let trunks else { return false }
        let attempts =
            call.ways.isEmpty
            ? trunks.attempts(to: uri, callerID: call.callerID, application: session.domain)
            : trunks.attempts(call.ways)
        guard let attempts else { return false }
        guard let first = attempts.first else {
            let reason = call.ways.isEmpty ? "The trunk is not open to this call" : "No such trunk"
            leg.failAtOnce(code: call.ways.isEmpty ? 403 : 404, reason: reason)
            return true
        }
        allowRedirections(of: leg, dialled: first.uri, domain: session.domain)
        let way = TrunkCall(call, attempts, of: leg, desk: trunks, engine: self)
        leg.branchOwner = way
        way.start()
        return true
    }

    /// The leg's sound is what its trunk wants from now on.
    func useSound(of trunk: Trunk, in media: LegMedia) {
        media.use(
            trunk.sound.codecs ?? configuration.codecs,
            SoundSecurity(
                policy: trunk.sound.srtp, keyExchange: trunk.sound.keyExchange ?? configuration.keyExchange))
    }
}
