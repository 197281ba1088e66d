import CallControl
import Media

// MARK: - Legs

extension MediaLoop {
    /// Makes a leg of a port of ``ports``; it sends and accepts nothing until ``setRemote(_:_:)``.
    public func addLeg(_ port: MediaPort) -> LegID {
        let leg = LegID(rawValue: nextID())
        post(.addLeg(leg, port))
        return leg
    }

    /// Ends the leg: its recordings are completed, its links dropped, its sockets closed; then `legRemoved`.
    public func removeLeg(_ leg: LegID) { post(.removeLeg(leg)) }

    /// Sets or changes the far end after an offer and its answer.
    ///
    /// Packets go to the signalled address until a valid one has come; from then on to where that came from (symmetric RTP).
    /// The source is learned once and then fixed until the signalled address changes.
    public func setRemote(_ leg: LegID, _ remote: MediaRemote) { post(.setRemote(leg, remote)) }
}

// MARK: - Who hears whom

extension MediaLoop {
    /// Has `destination` hear `source` instead of what it heard before; a source can have any number of listeners.
    public func connect(from source: LegID, to destination: LegID) {
        connect(from: .leg(source), to: .leg(destination))
    }

    /// Has a leg hear a unit or another leg instead of what it heard before, or a recorder or conference hear one more.
    ///
    /// A recorder is no source and a player hears nothing; such links, and one of a unit to itself, are not made. A leg that
    /// is linked to itself hears its own far end.
    public func connect(from source: MediaNode, to destination: MediaNode) {
        post(.connect(from: source, to: destination))
    }

    /// Takes the link away if it is there.
    public func disconnect(from source: LegID, to destination: LegID) {
        disconnect(from: .leg(source), to: .leg(destination))
    }

    /// Takes the link away if it is there.
    public func disconnect(from source: MediaNode, to destination: MediaNode) {
        post(.disconnect(from: source, to: destination))
    }

    /// Plays a clip into the leg instead of what it heard before.
    ///
    /// `playbackStarted` follows, and at the natural end `playbackFinished`; a loop has none.
    @discardableResult
    public func play(_ leg: LegID, _ clip: PCMClip, loop: Bool = false) -> PlaybackID {
        start(.clip(clip, loops: loop), into: leg)
    }

    /// Plays a tone script into the leg instead of what it heard before; events as for ``play(_:_:loop:)``.
    @discardableResult
    public func playTone(_ leg: LegID, _ script: ToneScript, loop: Bool = false) -> PlaybackID {
        start(.tone(script, loops: loop), into: leg)
    }

    /// Stops a clip or tone without an event; a link from another leg stays.
    public func stopPlayback(_ leg: LegID) { post(.stopPlayback(leg)) }

    /// Takes the leg's source away, whatever it is, without an event.
    public func clear(_ leg: LegID) { post(.clear(leg)) }

    private func start(_ sound: Sound, into leg: LegID) -> PlaybackID {
        let playback = PlaybackID(rawValue: nextID())
        post(.play(leg, playback, sound))
        return playback
    }
}

// MARK: - Digits

extension MediaLoop {
    /// Reports digits of these kinds as ``MediaEvent/digit(_:_:_:)`` and takes them out of the audio passed on.
    ///
    /// In-band detection costs CPU and ends for good with the first telephone event of the leg. An empty set ends it all;
    /// SIP INFO is not media and is ignored here.
    public func handleTones(_ leg: LegID, kinds: Set<DTMFKind>) { post(.handleTones(leg, kinds)) }

    /// Listens for something in what the far end says, or no more; a finding is reported as ``MediaEvent/speaking(_:_:)``,
    /// ``MediaEvent/progressTone(_:)`` or ``MediaEvent/beep(_:_:)``.
    public func detect(_ leg: LegID, _ detection: SoundDetection, _ wanted: Bool) {
        post(.detect(leg, detection, wanted))
    }

    /// Sends digits to the far end, as telephone events or, where it takes none, as tones; `p` is a pause.
    ///
    /// The leg's source is not heard meanwhile; `digitsSent` follows. Digits given while others go out are queued.
    public func sendDigits(_ leg: LegID, _ digits: String) { post(.sendDigits(leg, digits)) }

    /// Reports telephone events of the leg's source as ``MediaEvent/sourceDigit(_:_:)`` where the leg's far end takes none;
    /// otherwise they become tones.
    public func reportSourceDigits(_ leg: LegID, _ wanted: Bool) { post(.reportSourceDigits(leg, wanted)) }
}

// MARK: - Recording

extension MediaLoop {
    /// Records both directions into an mp3 file until the leg ends or ``stopRecording(_:_:)``.
    ///
    /// In stereo the left channel is what the leg's far end hears, the right what it says; otherwise both are mixed.
    @discardableResult
    public func record(
        _ leg: LegID, to path: String, stereo: Bool = false, quality: RecordingQuality = .telephone
    ) -> RecordingID {
        start(
            RecordingPlan(path: path, content: stereo ? .stereo : .mix, format: quality.format, quality: quality),
            of: leg)
    }

    /// Records what the leg's far end says into a wav file; for a test phone that is what it hears.
    @discardableResult
    public func hear(_ leg: LegID, to path: String) -> RecordingID {
        start(RecordingPlan(path: path, content: .received, format: .wav, quality: .telephone), of: leg)
    }

    /// Completes a recording; `recordStopped` follows.
    public func stopRecording(_ leg: LegID, _ recording: RecordingID) { post(.stopRecording(leg, recording)) }

    private func start(_ plan: RecordingPlan, of leg: LegID) -> RecordingID {
        let recording = RecordingID(rawValue: nextID())
        post(.record(leg, recording, plan))
        return recording
    }
}

// MARK: - Figures

extension MediaLoop {
    /// Asks for a leg's figures; `reply` is called on the media thread, with nil for a leg that is gone.
    public func statistics(_ leg: LegID, _ reply: @escaping @Sendable (MediaStatistics?) -> Void) {
        post(.statistics(leg, reply))
    }

    /// Asks for the loop's figures; `reply` is called on the media thread.
    public func statistics(_ reply: @escaping @Sendable (MediaLoopStatistics) -> Void) { post(.loopStatistics(reply)) }
}
