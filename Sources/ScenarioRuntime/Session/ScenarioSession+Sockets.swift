import CallControl
import NIOCore
import WorkerProtocol

/// WebSockets and mail.
extension ScenarioSession {
    func perform(_ command: SocketCommand, on id: UnitID) {
        switch command {
        case .open(let request):
            guard add(id, .socket) else {
                if phase != .ended { post(.event(closeEvent(id, code: 1006, reason: "too many", wasClean: false))) }
                return
            }
            post(.event(ScriptEvent(unit: id, "WebSocket.Created", target: .socket)))
            streams[id] = SocketStreams(socket: id)
            sockets[id] = runtime.socketClient.open(request, on: runtime.eventLoop) { [weak self] event in
                self?.received(event, on: id)
            }
        case .send(let text): sockets[id]?.send(text)
        case .clearSound(let tag): perform(id) { $0.clear(tag) }
        case .close(let code, let reason): sockets[id]?.close(code: code, reason: reason)
        }
    }

    private func received(_ event: ScenarioSocketEvent, on id: UnitID) {
        guard phase < .closing, units.kind(of: id) == .socket else { return }
        switch event {
        case .opened:
            post(.event(ScriptEvent(unit: id, "WebSocket.Open", target: .socket)))
            perform(id) { $0.opened() }
        case .message(let text):
            var isSound = false
            perform(id) { streams in
                let actions = streams.received(text)
                isSound = actions != nil
                return actions
            }
            guard !isSound else { return }
            post(.event(ScriptEvent(unit: id, "WebSocket.Message", ["text": .string(text)], target: .socket)))
        case .failed(let reason):
            post(.event(ScriptEvent(unit: id, "WebSocket.Error", ["reason": .string(reason)], target: .socket)))
        case .closed(let code, let reason, let wasClean):
            perform(id) { $0.closed() }
            endStreams(of: id)
            units.remove(id)
            sockets[id] = nil
            streams[id] = nil
            post(.event(closeEvent(id, code: code, reason: reason, wasClean: wasClean)))
        }
    }

    private func closeEvent(_ id: UnitID, code: Int, reason: String, wasClean: Bool) -> ScriptEvent {
        ScriptEvent(
            unit: id, "WebSocket.Close",
            ["code": .int(Int64(code)), "reason": .string(reason), "wasClean": .bool(wasClean)], target: .socket)
    }

    func closeSockets() {
        for socket in sockets.values { socket.close(code: 1001, reason: "") }
        sockets.removeAll()
        for socket in streams.keys { perform(socket) { $0.closed() } }
        streams.removeAll()
    }

    func startMail(_ number: Int, _ request: MailRequest) {
        guard phase < .closing, mails.add(.init(id: number, request: request)) else {
            if phase < .closing { post(.mailResult(number, .failure(.limitExceeded, "too many mails"))) }
            return
        }
        sendMails()
    }

    private func sendMails() {
        while let entry = mails.next() {
            runtime.mailClient.send(entry.request, on: runtime.eventLoop).hop(to: runtime.eventLoop).assumeIsolated()
                .whenComplete { [weak self] result in
                    guard let self, self.phase != .ended, self.mails.finish(entry.id) != nil else { return }
                    let outcome: MailResult =
                        switch result {
                        case .success(let answer): answer
                        case .failure(let error): .failure(.internal, String(describing: error))
                        }
                    self.post(.mailResult(entry.id, outcome))
                    if self.phase < .closing { self.sendMails() }
                }
        }
    }
}
