/// Makes the descriptions that this side offers.
public enum AudioOffer {
    /// Payload type for telephone events in our offers; any dynamic number would do, this one is what phones expect.
    public static let telephoneEventPayloadType: UInt8 = 101

    /// An offer of one audio stream.
    ///
    /// - Parameters:
    ///   - codecs: in the order of preference.
    ///   - telephoneEvents: whether digits as RFC 4733 events are offered.
    ///   - protection: encryption that is offered; where it is not required a peer may take the stream without.
    public static func make(
        address: String, port: UInt16, codecs: [AudioCodec] = [.pcmu, .pcma], direction: MediaDirection = .sendReceive,
        sessionID: UInt64, version: UInt64 = 1, telephoneEvents: Bool = true, protection: AudioProtection? = nil
    ) -> SessionDescription {
        let own = ConnectionData(address: address)
        var stream = audio(
            port: port, transport: protection?.offeredTransport ?? "RTP/AVP",
            codecs: codecs.map { ($0, $0.staticPayloadType) },
            telephoneEvents: telephoneEvents ? telephoneEventPayloadType : nil, direction: direction)
        stream.attributes += protection?.attributes ?? []
        return SessionDescription(
            origin: SessionOrigin(sessionID: sessionID, version: version, address: own), connection: own,
            media: [stream])
    }

    /// The next offer of a session after `previous`, our last description: same streams, another direction.
    ///
    /// The version grows by one when anything changed; an unchanged description keeps it (RFC 3264 section 8).
    public static func next(
        after previous: SessionDescription, direction: MediaDirection
    ) -> SessionDescription {
        var offer = previous
        for index in offer.media.indices where offer.media[index].kind == "audio" && offer.media[index].port != 0 {
            offer.media[index].direction = direction
        }
        return revised(offer, after: previous)
    }

    /// `description` with the origin of `previous`, its version one higher unless nothing else differs.
    static func revised(_ description: SessionDescription, after previous: SessionDescription) -> SessionDescription {
        var result = description
        result.origin = previous.origin
        if result != previous { result.origin.version = previous.origin.version &+ 1 }
        return result
    }

    static func audio(
        port: UInt16, transport: String = "RTP/AVP", codecs: [(AudioCodec, UInt8)], telephoneEvents: UInt8?,
        direction: MediaDirection
    ) -> MediaDescription {
        var stream = MediaDescription(kind: "audio", port: port, transport: transport, formats: [])
        for (codec, payloadType) in codecs {
            stream.formats.append("\(payloadType)")
            stream.attributes.append(SDPAttribute("rtpmap", codec.map(payloadType: payloadType).value))
        }
        if let event = telephoneEvents {
            stream.formats.append("\(event)")
            stream.attributes.append(SDPAttribute("rtpmap", "\(event) telephone-event/8000"))
            stream.attributes.append(SDPAttribute("fmtp", "\(event) 0-15"))
        }
        stream.attributes.append(SDPAttribute("ptime", "20"))
        stream.attributes.append(SDPAttribute(direction.rawValue))
        return stream
    }
}
