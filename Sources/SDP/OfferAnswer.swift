/// Offer and answer of RFC 3264 for one audio stream, as pure functions.
public enum OfferAnswer {
    /// The answer to an offer, and what is agreed by it.
    ///
    /// The first audio stream with a common codec is taken, every other stream is refused with port 0. The codec is the
    /// first one of `local` that the offer names. `previous` is this side's last description in the dialog: its origin is
    /// kept and the version grows by one when the answer differs.
    /// - Throws: ``SDPError`` with code `noAudio`, `noCommonCodec`, `noCommonProtection` or `missingConnection`; the SIP
    ///   answer is 488.
    public static func answer(
        to offer: SessionDescription, with local: AudioCapabilities, previous: SessionDescription? = nil
    ) throws(SDPError) -> (answer: SessionDescription, agreed: AgreedAudio) {
        let (index, choice) = try choose(from: offer, with: local, previous: previous)
        let stream = offer.media[index]
        let event = local.telephoneEvents ? stream.telephoneEventPayloadType : nil
        let remote = try Remote(stream: stream, in: offer)
        let direction = remote.direction.reversed.limited(to: local.direction)

        let own = ConnectionData(address: local.address)
        var answer = SessionDescription(
            origin: SessionOrigin(sessionID: local.sessionID, version: 1, address: own), connection: own,
            timings: offer.timings, media: offer.media.map { refusal(of: $0) })
        answer.media[index] = AudioOffer.audio(
            port: local.port, transport: stream.transport, codecs: [(choice.codec, choice.payloadType)],
            telephoneEvents: event, direction: direction)
        if let line = choice.protection.attribute { answer.media[index].attributes.append(line) }
        let multiplexed = stream.multiplexesRTCP && local.multiplexesRTCP
        if multiplexed { answer.media[index].attributes.append(SDPAttribute("rtcp-mux")) }
        if let previous { answer = AudioOffer.revised(answer, after: previous) }
        let agreed = remote.agreed(
            choice.codec, send: choice.payloadType, receive: choice.payloadType, sendEvent: event, receiveEvent: event,
            direction: direction, multiplexed: multiplexed, protection: choice.protection)
        return (answer, agreed)
    }

    /// What is agreed once the answer to our offer has come.
    /// - Throws: ``SDPError`` with code `mismatch`, `rejected`, `noAudio`, `noCommonCodec`, `noCommonProtection` or
    ///   `missingConnection`.
    public static func agree(
        offer: SessionDescription, answer: SessionDescription
    ) throws(SDPError) -> AgreedAudio {
        guard let index = offer.media.firstIndex(where: { $0.isOpenAudio }) else {
            throw SDPError(.noAudio, "our offer has no audio stream")
        }
        guard answer.media.indices.contains(index), answer.media[index].kind == "audio" else {
            throw SDPError(.mismatch, "stream \(index + 1) of the answer is not audio; it must match the offer's order")
        }
        let mine = offer.media[index]
        let theirs = answer.media[index]
        guard theirs.port != 0 else { throw SDPError(.rejected, "the peer refused the audio stream (port 0)") }

        let protection = ProtectionChoice(answered: theirs, mine: mine)
        guard protection != .impossible else {
            throw SDPError(
                .noCommonProtection, "the answer's a=crypto is none of our offer; one of its lines is needed")
        }

        let offered = mine.codecs
        for (codec, payloadType) in theirs.codecs {
            guard let own = offered.first(where: { $0.codec == codec }) else { continue }
            let remote = try Remote(stream: theirs, in: answer)
            let direction = remote.direction.reversed.limited(to: offer.direction(of: mine))
            let theirEvent = mine.telephoneEventPayloadType == nil ? nil : theirs.telephoneEventPayloadType
            return remote.agreed(
                codec, send: payloadType, receive: own.payloadType, sendEvent: theirEvent,
                receiveEvent: theirEvent == nil ? nil : mine.telephoneEventPayloadType, direction: direction,
                multiplexed: mine.multiplexesRTCP && theirs.multiplexesRTCP, protection: protection)
        }
        throw SDPError(
            .noCommonCodec, "the answer names no codec of our offer (\(mine.formats.joined(separator: " ")))")
    }

    private struct Choice {
        let codec: AudioCodec
        let payloadType: UInt8
        let protection: ProtectionChoice
    }

    private static func choose(
        from offer: SessionDescription, with local: AudioCapabilities, previous: SessionDescription?
    ) throws(SDPError) -> (index: Int, choice: Choice) {
        let open = offer.media.indices.filter { offer.media[$0].isOpenAudio }
        guard !open.isEmpty else {
            throw SDPError(.noAudio, "no audio stream over RTP/AVP or RTP/SAVP is offered; only these are supported")
        }
        var isWithoutKey = false
        for index in open {
            let stream = offer.media[index]
            let mine = previous.flatMap { $0.media.indices.contains(index) ? $0.media[index] : nil }
            let protection = ProtectionChoice(offered: stream, local: local.protection, previous: mine)
            guard let found = Self.common(stream.codecs, local.codecs) else { continue }
            guard protection == .impossible else {
                return (index, Choice(codec: found.codec, payloadType: found.payloadType, protection: protection))
            }
            isWithoutKey = true
        }
        if isWithoutKey { throw noProtection(local.protection) }
        let known = local.codecs.map(\.rawValue).joined(separator: ", ")
        throw SDPError(.noCommonCodec, "none of the offered codecs is known here; offer one of \(known)")
    }

    /// The first of our codecs that is offered.
    private static func common(
        _ offered: [(codec: AudioCodec, payloadType: UInt8)], _ local: [AudioCodec]
    ) -> (codec: AudioCodec, payloadType: UInt8)? {
        for codec in local {
            if let choice = offered.first(where: { $0.codec == codec }) { return choice }
        }
        return nil
    }

    private static func noProtection(_ local: AudioProtection?) -> SDPError {
        guard let keys = local?.keys, !keys.isEmpty else {
            return SDPError(.noCommonProtection, "encryption is wanted, but keys cannot be exchanged on this call")
        }
        let suites = keys.map(\.suite.rawValue).joined(separator: ", ")
        return SDPError(.noCommonProtection, "no usable a=crypto is offered; offer one of \(suites)")
    }

    /// A refused stream keeps media, transport and formats, and has port 0 (RFC 3264 section 6).
    private static func refusal(of stream: MediaDescription) -> MediaDescription {
        MediaDescription(kind: stream.kind, port: 0, transport: stream.transport, formats: stream.formats)
    }
}

/// The peer's side of the stream, read from its description.
private struct Remote {
    let stream: MediaDescription
    let connection: ConnectionData
    /// As the peer means it: one that cannot receive is at most `sendonly`.
    let direction: MediaDirection
    let holds: Bool

    init(stream: MediaDescription, in description: SessionDescription) throws(SDPError) {
        guard let connection = description.connection(of: stream) else {
            throw SDPError(.missingConnection, "no c= line for the audio stream; one is needed per stream or session")
        }
        self.stream = stream
        self.connection = connection
        let stated = description.direction(of: stream)
        direction = connection.isUnspecified ? stated.limited(to: .sendOnly) : stated
        holds = !direction.receives
    }

    func agreed(
        _ codec: AudioCodec, send: UInt8, receive: UInt8, sendEvent: UInt8?, receiveEvent: UInt8?,
        direction: MediaDirection, multiplexed: Bool, protection: ProtectionChoice
    ) -> AgreedAudio {
        AgreedAudio(
            codec: codec, payloadType: send, receivePayloadType: receive, telephoneEventPayloadType: sendEvent,
            receiveTelephoneEventPayloadType: receiveEvent, remoteAddress: connection.address, remotePort: stream.port,
            remoteRTCPPort: stream.rtcpPort(multiplexed: multiplexed), direction: direction, isHeldByRemote: holds,
            ptime: packetTime, protection: protection.agreed)
    }

    /// The wish of the peer where frames of 10 ms can fulfil it, else 20 ms, the default of RFC 3551 table 4.
    private var packetTime: Int {
        let wish = stream.packetTime ?? 20
        let limit = stream.maximumPacketTime ?? 60
        return wish.isMultiple(of: 10) && wish <= 60 ? max(10, min(wish, limit / 10 * 10)) : 20
    }
}

extension MediaDescription {
    /// An audio stream that is not refused and comes over RTP or SRTP with keys from the description.
    fileprivate var isOpenAudio: Bool {
        kind == "audio" && port != 0 && (transport == "RTP/AVP" || transport == "RTP/AVPF" || isProtectedTransport)
    }

    /// The known codecs in the order of the `m=` line.
    fileprivate var codecs: [(codec: AudioCodec, payloadType: UInt8)] {
        payloadTypes.compactMap { type in
            rtpMap(for: type).flatMap { AudioCodec($0) }.map { ($0, type) }
        }
    }

    /// The payload type of telephone events with the 8 kHz clock of our codecs.
    fileprivate var telephoneEventPayloadType: UInt8? {
        payloadTypes.first { type in
            guard let map = rtpMap(for: type) else { return false }
            return map.encoding.lowercased() == "telephone-event" && map.clockRate == 8000
        }
    }
}
