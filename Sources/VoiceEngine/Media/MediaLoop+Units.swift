import Media

// MARK: - Players, recorders, conferences and streams

extension MediaLoop {
    /// Makes a player that is silent until it gets its sound; it starts then, or once it is resumed.
    public func addPlayer(isPaused: Bool = false) -> MediaUnitID { add(.player(isPaused: isPaused)) }

    /// Gives a player its sound: `playerStarted` follows with the first frame, `playerFinished` at the natural end.
    func setSound(_ player: MediaUnitID, _ sound: Sound) { post(.setSound(player, sound)) }

    /// Stops a player's clock, or lets it go on.
    public func pause(_ player: MediaUnitID, _ pauses: Bool) { post(.pause(player, pauses)) }

    /// Asks for `markerReached` whenever the player passes the place; one that the sound has not is never passed.
    public func addMarker(_ player: MediaUnitID, _ marker: SoundMarker) { post(.mark(player, marker)) }

    /// Makes a recorder of all that is connected to it, into a file of the quality's format, until it is removed.
    public func addRecorder(to path: String, quality: RecordingQuality = .telephone) -> MediaUnitID {
        add(.recorder(RecordingPlan(path: path, content: .mix, format: quality.format, quality: quality)))
    }

    /// Has a recorder write silence, or what it hears again.
    public func mute(_ recorder: MediaUnitID, _ mutes: Bool) { post(.mute(recorder, mutes)) }

    /// Makes a conference: whoever is connected from it hears all that are connected to it, but himself.
    public func addConference() -> MediaUnitID { add(.conference) }

    /// Makes a unit that sounds as what is written into its ring.
    func addStreamSource(_ ring: SoundRing, _ rate: SoundRate) -> MediaUnitID { add(.streamSource(ring, rate)) }

    /// Makes a unit that writes what it hears into its ring.
    func addStreamSink(_ ring: SoundRing, _ rate: SoundRate) -> MediaUnitID { add(.streamSink(ring, rate)) }

    /// Ends a unit: its links are dropped, a recorder's file is completed; then `recorderStopped`, nothing for the others.
    public func removeUnit(_ unit: MediaUnitID) { post(.removeUnit(unit)) }

    private func add(_ plan: MediaUnitPlan) -> MediaUnitID {
        let unit = MediaUnitID(rawValue: nextID())
        post(.addUnit(unit, plan))
        return unit
    }
}
