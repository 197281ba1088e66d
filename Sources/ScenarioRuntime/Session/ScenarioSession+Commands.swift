import CallControl
import WorkerProtocol

/// What each command of the script does.
extension ScenarioSession {
    func perform(_ command: ScriptCommand) {
        if let logged = command.logged, phase < .closing { log.executing(logged.name, logged.parameters) }
        switch command {
        case .log(let text): log.text(text)
        case .error(let failure): scriptFailed(failure)
        case .http(let number, let request): startRequest(number, request)
        case .storage(let number, let request): useStorage(number, request)
        case .reply(let number, let body, let isJSON):
            reply(number, .answered(body: body, contentType: isJSON ? "application/json" : "text/plain"))
        case .clearTimer(let number): timers.removeValue(forKey: number)?.cancel()
        case .hideTones(let on): hidesTones = on
        case .setCustomData(let text): setCustomData(text)
        case .close(let wantsEnding):
            self.wantsEnding = wantsEnding
            if phase < .closing { beginClosing() }
        case .leg, .media, .callUser, .callSIP, .callPSTN, .timer:
            // Nothing of a call and no timer starts once the session closes.
            if phase < .closing { performCall(command) }
        }
    }

    private func performCall(_ command: ScriptCommand) {
        switch command {
        case .leg(let id, let command): perform(command, on: id)
        case .media(let link, let first, let second): connect(link, first, second)
        case .callUser(let id, let request): dial(id) { .callUser(id, OutgoingUserCall(request)) }
        case .callSIP(let id, let request): dial(id) { .callSIP(id, OutgoingSIPCall(request)) }
        case .callPSTN(let id, let number, let callerID): callPSTN(id, number: number, callerID: callerID)
        case .timer(let number, let milliseconds, let repeats):
            startTimer(number, milliseconds: milliseconds, repeats: repeats)
        default: break
        }
    }

    private func setCustomData(_ text: String) {
        if text.utf8.count > limits.customDataBytes {
            log.text(
                "WARNING! The custom data is \(text.utf8.count) bytes long, more than \(limits.customDataBytes) bytes.")
        }
        customData = text
        services.customDataChanged(to: text)
    }

    private func perform(_ command: LegCommand, on id: CallID) {
        // A script may speak to a leg that has just ended: the log shows it, the engine is not asked.
        guard calls.isAlive(id) else { return }
        switch command {
        case .ring(let headers): control.execute(.ring(id, headers: headers ?? [:]))
        case .startAudio(let headers): control.execute(.startEarlyMedia(id, headers: headers ?? [:]))
        case .accept(let headers): control.execute(.answer(id, headers: headers ?? [:]))
        case .hangup(let code, let headers): control.execute(.hangup(id, code: code, headers: headers ?? [:]))
        case .play(let url, let loop): control.execute(.play(id, url: url, loop: loop))
        case .playTone(let script, let loop): control.execute(.playTone(id, script: script, loop: loop))
        case .say(let text, let language): say(text, language: language, into: id)
        case .stop: control.execute(.stopPlayback(id))
        case .handleTones(let on, let kinds): control.execute(.handleTones(id, enabled: on, kinds: kinds))
        case .sendDigits(let digits): control.execute(.sendDigits(id, digits: digits))
        case .sendMessage(let text):
            guard fitsMessage(text, of: "sendMessage") else { return }
            control.execute(.sendMessage(id, text: text))
        case .sendInfo(let mimeType, let body, let headers):
            guard fitsMessage(body, of: "sendInfo") else { return }
            control.execute(.sendInfo(id, mimeType: mimeType, body: body, headers: headers ?? [:]))
        case .record(let stereo): control.execute(.record(id, RecordingRequest(stereo: stereo)))
        }
    }

    private func say(_ text: String, language: String, into id: CallID) {
        if text.utf8.count > limits.speechCharacters, text.count > limits.speechCharacters {
            let error = "The text has \(text.count) characters, \(limits.speechCharacters) are allowed"
            post(.event(ScriptEvent(.playbackFinished(id, error: error))))
        } else {
            control.execute(.say(id, text: text, language: language))
        }
    }

    private func fitsMessage(_ text: String, of method: String) -> Bool {
        if text.utf8.count <= limits.messageBytes { return true }
        log.text("WARNING! \(method): \(text.utf8.count) bytes not sent, \(limits.messageBytes) are allowed.")
        return false
    }

    private func connect(_ link: MediaLink, _ first: CallID, _ second: CallID) {
        guard calls.isAlive(first), calls.isAlive(second) else { return }
        switch link {
        case .send: control.execute(.sendMedia(from: UnitID(first), to: UnitID(second)))
        case .stop: control.execute(.stopMedia(from: UnitID(first), to: UnitID(second)))
        case .sendBetween:
            control.execute(.sendMedia(from: UnitID(first), to: UnitID(second)))
            control.execute(.sendMedia(from: UnitID(second), to: UnitID(first)))
        case .stopBetween:
            control.execute(.stopMedia(from: UnitID(first), to: UnitID(second)))
            control.execute(.stopMedia(from: UnitID(second), to: UnitID(first)))
        }
    }

    private func dial(_ id: CallID, _ command: () -> CallCommand) {
        switch calls.addOutgoing(id) {
        case .dial:
            watchIdleness()
            control.execute(command())
        case .refused(let reason): deliver(.failed(id, code: 403, reason: reason, headers: [:]))
        case .unusable: fail("the script dialled with a call id that it was not given")
        }
    }

    private func callPSTN(_ id: CallID, number: String, callerID: String?) {
        switch calls.addOutgoing(id) {
        case .dial:
            if let call = services.outgoingCall(toNumber: number, callerID: callerID ?? "") {
                watchIdleness()
                control.execute(.callSIP(id, call))
            } else {
                let reason = "No trunk for callPSTN, use callSIP with a trunk's address"
                deliver(.failed(id, code: 503, reason: reason, headers: [:]))
            }
        case .refused(let reason): deliver(.failed(id, code: 403, reason: reason, headers: [:]))
        case .unusable: fail("the script dialled with a call id that it was not given")
        }
    }
}

extension OutgoingUserCall {
    /// Of the script's headers those that begin with `X-` travel; `VI-CallTimeout` is the time of the leg, 10…400 s.
    fileprivate init(_ request: UserCallRequest) {
        let headers = request.headers ?? [:]
        let timeout = headers.first { $0.key.lowercased() == "vi-calltimeout" }.flatMap { Int($0.value) } ?? 60
        self.init(
            username: request.username, callerID: request.callerID ?? "", displayName: request.displayName,
            headers: headers.filter { $0.key.lowercased().hasPrefix("x-") },
            timeoutSeconds: min(400, max(10, timeout)))
    }
}

extension OutgoingSIPCall {
    fileprivate init(_ request: SIPCallRequest) {
        self.init(
            uri: request.to, callerID: request.callerID ?? "", displayName: request.displayName,
            authUser: request.authUser, password: request.password, headers: request.headers ?? [:],
            outboundProxy: request.outboundProxy)
    }
}
