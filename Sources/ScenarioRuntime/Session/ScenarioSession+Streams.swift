import CallControl
import WorkerProtocol

/// Sound over WebSockets.
extension ScenarioSession {
    /// Makes or breaks a link with a WebSocket at one end, or at both; false when there is none.
    func linkSocket(_ isOn: Bool, _ first: UnitID, _ second: UnitID, _ request: StreamRequest) -> Bool {
        let (fromSocket, toSocket) = (streams[first] != nil, streams[second] != nil)
        guard fromSocket || toSocket else { return false }
        if toSocket {
            perform(second) { isOn ? $0.send(from: first, request) : $0.stop(from: first) }
        } else {
            perform(first) { isOn ? $0.hear(request.tag, by: second) : $0.stopHearing(by: second) }
        }
        return true
    }

    /// A leg or unit is gone: streams of its sound end.
    func endStreams(of unit: UnitID) {
        for socket in streams.keys {
            perform(socket) { $0.stop(from: unit) + $0.stopHearing(by: unit) }
        }
    }

    /// Asks the streams of a WebSocket what is to be done, and does it.
    func perform(_ socket: UnitID, _ change: (inout SocketStreams) -> [SocketStreams.Action]?) {
        guard var present = streams[socket] else { return }
        let actions = change(&present) ?? []
        streams[socket] = present
        for action in actions { perform(action, of: socket) }
    }

    private func perform(_ action: SocketStreams.Action, of socket: UnitID) {
        switch action {
        case .send(let text): sockets[socket]?.send(text)
        case .unit(let unit, let command): control.execute(.unit(unit, command))
        case .connect(let source, let sink):
            // What a WebSocket is sent of another one begins with a stream of that one.
            if streams[source] == nil { return control.execute(.sendMedia(from: source, to: sink)) }
            perform(source) { $0.hear("", by: sink) }
        case .disconnect(let source, let sink): control.execute(.stopMedia(from: source, to: sink))
        case .started(let tag, let encoding, let parameters):
            var fields: [String: ScenarioValue] = ["encoding": .string(encoding.rawValue)]
            if !tag.isEmpty { fields["tag"] = .string(tag) }
            if let parameters { fields["customParameters"] = parameters }
            post(.event(ScriptEvent(unit: socket, "WebSocket.MediaEventStarted", fields, target: .socket)))
        case .ended(let tag, let milliseconds):
            var fields: [String: ScenarioValue] = ["mediaInfo": .map(["duration": .int(Int64(milliseconds))])]
            if !tag.isEmpty { fields["tag"] = .string(tag) }
            post(.event(ScriptEvent(unit: socket, "WebSocket.MediaEventEnded", fields, target: .socket)))
        case .warn(let text): log.text("WARNING! \(text)")
        }
    }
}
