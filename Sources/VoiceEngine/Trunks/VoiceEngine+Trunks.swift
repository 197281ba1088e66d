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
        let routes =
            call.ways.isEmpty
            ? trunks.routes(to: uri, callerID: call.callerID, application: session.domain) : trunks.routes(call.ways)
        guard let routes else { return false }
        guard case .attempts(let attempts) = routes, let first = attempts.first else {
            if case .nowhere(let code, let reason) = routes { leg.failAtOnce(code: code, reason: reason) }
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
