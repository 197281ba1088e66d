import Media

// Players, recorders, conferences and streams, and the links between everything that sounds.
extension MediaGraph {
    func add(_ id: MediaUnitID, _ plan: MediaUnitPlan) {
        switch plan {
        case .player(let isPaused): units.insert(PlayerUnit(id, isPaused: isPaused, emit: emit))
        case .conference: units.insert(Conference(id))
        case .streamSource(let ring, let rate): units.insert(StreamSourceUnit(id, ring, rate))
        case .streamSink(let ring, let rate): units.insert(StreamSinkUnit(id, ring, rate))
        case .recorder(let plan):
            let emit = emit
            let file = RecordingFile(plan: plan, queue: recordings) { outcome in
                switch outcome {
                case .started: emit(.recorderStarted(id))
                case .stopped(let milliseconds): emit(.recorderStopped(id, durationMilliseconds: milliseconds))
                case .failed(let reason): emit(.recorderFailed(id, reason))
                }
            }
            units.insert(RecorderUnit(id, plan: plan, file: file))
        }
    }

    func remove(_ id: MediaUnitID) {
        dropListeners(of: .unit(id))
        let mix: [MediaNode] = units.recorder(id)?.sources ?? units.conference(id)?.sources ?? []
        for source in mix { disconnect(from: source, to: .unit(id)) }
        if let source = units.streamSink(id)?.source { disconnect(from: source, to: .unit(id)) }
        units.recorder(id)?.stop()
        units.remove(id)
    }

    func connect(from source: MediaNode, to sink: MediaNode) {
        switch sink {
        case .leg(let leg):
            guard exists(source), let slot = table.slot(of: leg) else { return }
            hear(source, slot)
        case .unit(let unit):
            guard source != sink else { return }
            if let recorder = units.recorder(unit), !recorder.hears(source), let sound = soundSource(of: source) {
                recorder.add(source, sound)
                addListener(sink, to: source)
            } else if let conference = units.conference(unit), !conference.hears(source),
                let sound = soundSource(of: source)
            {
                if case .leg = source { conference.add(source, sound, isGated: true) }
                if case .unit = source { conference.add(source, sound, isGated: false) }
                addListener(sink, to: source)
            } else if let stream = units.streamSink(unit), stream.source != source,
                let sound = soundSource(of: source)
            {
                if let former = stream.source { disconnect(from: former, to: sink) }
                stream.hear(source, sound)
                addListener(sink, to: source)
            }
        }
    }

    func disconnect(from source: MediaNode, to sink: MediaNode) {
        switch sink {
        case .leg(let leg):
            if let slot = table.slot(of: leg) { stopHearing(source, slot) }
        case .unit(let unit):
            if let recorder = units.recorder(unit), recorder.hears(source) {
                recorder.remove(source)
                removeListener(sink, from: source)
            } else if let conference = units.conference(unit), conference.hears(source) {
                conference.remove(source)
                removeListener(sink, from: source)
            } else if let stream = units.streamSink(unit), stream.source == source {
                stream.hearNothing()
                removeListener(sink, from: source)
            }
        }
    }

    /// Takes everybody's link to a source away, because it is going.
    func dropListeners(of source: MediaNode) {
        if case .leg(let leg) = source, let slot = table.slot(of: leg) {
            while core(slot).pointee.firstListener != LegCore.nobody {
                stopHearing(source, core(slot).pointee.firstListener)
            }
        }
        for listener in listeners(of: source) { disconnect(from: source, to: listener) }
    }

    private func exists(_ node: MediaNode) -> Bool {
        switch node {
        case .leg(let leg): table.slot(of: leg) != nil
        case .unit(let unit): units.heard(unit) != nil
        }
    }
}
