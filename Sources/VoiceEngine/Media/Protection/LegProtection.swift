import SDP

/// The SRTP sessions of both directions of a leg; used on the media thread.
final class LegProtection {
    let sending: SRTPSession
    let receiving: SRTPSession

    /// The sessions of an agreement. One whose key is that of `previous` goes on: a packet counter that began again
    /// would use the same key stream twice, and let old packets in anew.
    init?(_ agreed: AgreedProtection, after previous: LegProtection?) {
        let sending =
            previous?.sending.key == agreed.own ? previous?.sending : SRTPSession(agreed.own, .sending)
        let receiving =
            previous?.receiving.key == agreed.peer ? previous?.receiving : SRTPSession(agreed.peer, .receiving)
        guard let sending, let receiving else { return nil }
        self.sending = sending
        self.receiving = receiving
    }
}
