import CallControl
import Media
import NIOCore
import SDP
import SIP

/// The sound of one call leg: its port, what plays into it, and its recording.
///
/// Lives on the signalling loop; the media loop does the work and answers with ``MediaEvent``s.
final class LegMedia: MediaOwner {
    let leg: LegID
    let port: MediaPort
    /// The `o=` number of this leg's descriptions.
    let sessionID: UInt64
    /// What is offered and taken, in the order of preference.
    private(set) var codecs: [AudioCodec]
    private var security: SoundSecurity
    private var keys: [MediaKey]
    private let loop: MediaLoop
    private let callID: CallID
    private let emit: (CallEvent) -> Void
    /// What is heard; nil while a sound of the leg's own or nothing is.
    private(set) var source: MediaNode? {
        didSet { if source != oldValue { onSourceChange?(source, oldValue) } }
    }
    /// Receives what is heard from now on, and what was before.
    var onSourceChange: ((MediaNode?, MediaNode?) -> Void)?
    /// Receives what offer and answer have agreed, each time.
    var onAgreement: ((AgreedAudio) -> Void)?
    /// Receives digits that the far end has sent by INFO and that no script has asked for.
    var onUnclaimedDigit: ((Character) -> Void)?
    /// Receives digits of the leg's source that its own far end cannot take as media.
    var onSourceDigit: ((Character) -> Void)?
    private var playback: PlaybackID?
    private var recordings: [RecordingID: RecordingTarget] = [:]
    private var isRemoved = false
    private var isWideband: Bool?
    /// The request in flight whose sound will replace what plays; an older one that loads late is dropped.
    private var latestRequest = 0

    init(
        loop: MediaLoop, sessionID: UInt64, codecs: [AudioCodec], callID: CallID, security: SoundSecurity,
        emit: @escaping (CallEvent) -> Void
    ) throws {
        self.security = security
        keys = security.makeKeys()
        self.loop = loop
        self.callID = callID
        self.sessionID = sessionID
        self.codecs = codecs
        self.emit = emit
        port = try loop.ports.open()
        leg = loop.addLeg(port)
    }

    var node: MediaNode { .leg(leg) }

    /// What this leg offers and takes from now on, with fresh keys.
    func use(_ codecs: [AudioCodec], _ security: SoundSecurity) {
        self.codecs = codecs
        self.security = security
        keys = security.makeKeys()
    }

    /// Nothing more will come for this leg.
    var isFinished: Bool { isRemoved && recordings.isEmpty }

    /// The encryption that may be agreed over a flow.
    func protection(on flow: SIPFlow) -> AudioProtection? { security.protection(on: flow, keys: keys) }

    /// What this leg can do with an offer that came by a flow.
    func capabilities(on flow: SIPFlow) -> AudioCapabilities {
        AudioCapabilities(
            address: port.address, port: port.number, codecs: codecs, sessionID: sessionID,
            protection: protection(on: flow))
    }

    /// An offer that leaves by a flow; nil when sound must be encrypted and the flow may carry no keys.
    func offer(on flow: SIPFlow) -> SessionDescription? {
        let protection = protection(on: flow)
        if let protection, protection.isRequired, protection.keys.isEmpty { return nil }
        return AudioOffer.make(
            address: port.address, port: port.number, codecs: codecs, sessionID: sessionID, protection: protection)
    }

    func agree(_ agreed: AgreedAudio, with change: MediaRemote.Change = .sameDevice) {
        var remote = MediaRemote(agreed)
        remote.change = change
        loop.setRemote(leg, remote)
        onAgreement?(agreed)
        noteQuality(agreed.codec)
    }

    private func noteQuality(_ codec: AudioCodec) {
        let isWide = codec == .g722
        guard isWide != isWideband else { return }
        isWideband = isWide
        emit(.audioQuality(callID, isWideband: isWide))
    }

    /// Plays when the sound is there, unless something newer was asked for meanwhile.
    func play(_ sound: EventLoopFuture<PCMClip>, loop repeats: Bool) {
        latestRequest += 1
        let request = latestRequest
        sound.assumeIsolated().whenComplete { result in
            guard self.latestRequest == request, !self.isRemoved else { return }
            switch result {
            case .success(let clip):
                self.source = nil
                self.playback = self.loop.play(self.leg, clip, loop: repeats)
            case .failure(let error): self.emit(.playbackFinished(self.callID, error: "\(error)"))
            }
        }
    }

    func play(tone script: String, loop repeats: Bool) {
        latestRequest += 1
        do {
            playback = loop.playTone(leg, try ToneScript(parsing: script), loop: repeats)
            source = nil
        } catch {
            emit(.playbackFinished(callID, error: "\(error)"))
        }
    }

    func stopPlayback() {
        latestRequest += 1
        playback = nil
        loop.stopPlayback(leg)
    }

    /// From now on the leg hears `other`.
    func hear(_ other: MediaNode) {
        latestRequest += 1
        playback = nil
        source = other
        loop.connect(from: other, to: node)
    }

    func stopHearing(_ other: MediaNode) {
        if source == other { source = nil }
        loop.disconnect(from: other, to: node)
    }

    func detect(_ detection: SoundDetection, _ enabled: Bool) {
        guard enabled, case .beep(let frequencies, _) = detection,
            let wrong = frequencies.first(where: { !BeepDetector.frequencies.contains($0) })
        else { return loop.detect(leg, detection, enabled) }
        let range = BeepDetector.frequencies
        emit(
            .beepMissed(callID, reason: "\(wrong) Hz cannot be heard; give \(range.lowerBound) to \(range.upperBound).")
        )
    }

    func handleTones(_ kinds: Set<DTMFKind>) { loop.handleTones(leg, kinds: kinds) }

    func sendDigits(_ digits: String) { loop.sendDigits(leg, digits) }

    /// Telephone events of the source are reported instead of being played as tones.
    func reportSourceDigits(_ wanted: Bool) { loop.reportSourceDigits(leg, wanted) }

    func record(_ target: RecordingTarget, _ request: RecordingRequest) {
        let id = loop.record(leg, to: target.path, stereo: request.stereo, quality: request.quality)
        recordings[id] = target
    }

    func remove() {
        guard !isRemoved else { return }
        latestRequest += 1
        loop.removeLeg(leg)
    }

    func handle(_ event: MediaEvent) {
        switch event {
        case .playbackStarted(_, let id, let duration) where id == playback:
            emit(.playbackStarted(callID, durationMilliseconds: duration))
        case .playbackFinished(_, let id) where id == playback:
            playback = nil
            emit(.playbackFinished(callID, error: nil))
        case .firstPacket: emit(.firstAudioPacket(callID))
        case .rtpStopped: emit(.rtpStopped(callID))
        case .rtpResumed: emit(.rtpResumed(callID))
        case .speaking(_, let isSpeaking): emit(.micStatusChanged(callID, isSpeaking: isSpeaking))
        case .progressTone: emit(.progressToneDetected(callID))
        case .beep(_, let frequency): emit(.beepDetected(callID, frequencies: frequency.map { [$0] } ?? []))
        case .answer(_, let outcome): emit(.answerDetected(callID, AnsweringParty(outcome)))
        case .sourceDigit(_, let digit): onSourceDigit?(digit)
        case .digit(_, let digit, let kind): emit(.toneReceived(callID, tone: digit, kind: kind))
        case .recordStarted(_, let id):
            if let target = recordings[id] { emit(.recordStarted(callID, url: target.url)) }
        case .recordStopped(_, let id, let milliseconds):
            guard let target = recordings.removeValue(forKey: id) else { return }
            emit(.recordStopped(callID, url: target.url, durationSeconds: Int((Double(milliseconds) / 1000).rounded())))
        case .recordFailed(_, let id, let reason):
            guard recordings.removeValue(forKey: id) != nil else { return }
            emit(.recordError(callID, error: reason))
        case .legRemoved: isRemoved = true
        default: break
        }
    }
}

extension AnsweringParty {
    init(_ outcome: AnswerDetector.Outcome) {
        self =
            switch outcome {
            case .machine: .machine
            case .person: .person
            case .silence: .nobody
            }
    }
}

/// Where a recording is written, and the address under which it can be fetched.
public struct RecordingTarget: Sendable, Equatable {
    public var path: String
    public var url: String

    public init(path: String, url: String) {
        self.path = path
        self.url = url
    }
}
