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
        case .mail(let number, let request): startMail(number, request)
        case .storage(let number, let request): useStorage(number, request)
        case .reply(let number, let body, let isJSON):
            reply(number, .answered(body: body, contentType: isJSON ? "application/json" : "text/plain"))
        case .clearTimer(let number): timers.removeValue(forKey: number)?.cancel()
        case .hideTones(let on): hidesTones = on
        case .setCustomData(let text): setCustomData(text)
        case .close(let wantsEnding):
            self.wantsEnding = wantsEnding
            if phase < .closing { beginClosing() }
        case .leg, .unit, .socket, .media, .callUser, .callSIP, .callPSTN, .callConference, .callWhatsapp, .timer:
            // Nothing of a call and no timer starts once the session closes.
            if phase < .closing { performCall(command) }
        }
    }

    private func performCall(_ command: ScriptCommand) {
        switch command {
        case .leg(let id, let command): perform(command, on: id)
        case .unit(let id, let request): perform(request, on: id)
        case .socket(let id, let command): perform(command, on: id)
        case .media(let link, let first, let second, let request): connect(link, first, second, request)
        case .callUser, .callSIP, .callPSTN, .callConference, .callWhatsapp: dial(command)
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
        // What is noted of a leg is often its outcome.
        if case .setCustomData(let text) = command, calls.isKnown(id) {
            return services.callCustomDataChanged(id, to: text)
        }
        // A script may speak to a leg that has just ended: the log shows it, the engine is not asked.
        guard calls.isAlive(id) else { return }
        switch command {
        case .ring(let headers): control.execute(.ring(id, headers: fitting(headers)))
        case .startAudio(let headers): control.execute(.startEarlyMedia(id, headers: fitting(headers)))
        case .accept(let headers, let name):
            control.execute(.answer(id, headers: fitting(headers), displayName: name))
        case .hangup(let code, let headers): control.execute(.hangup(id, code: code, headers: fitting(headers)))
        case .play(let url, let loop): control.execute(.play(id, url: url, loop: loop))
        case .playTone(let script, let loop): control.execute(.playTone(id, script: script, loop: loop))
        case .say(let speech): say(speech, into: id)
        case .stop: control.execute(.stopPlayback(id))
        case .handleTones(let on, let kinds): control.execute(.handleTones(id, enabled: on, kinds: kinds))
        case .sendDigits(let digits): control.execute(.sendDigits(id, digits: digits))
        case .sendMessage(let text):
            guard fitsMessage(text, of: "sendMessage") else { return }
            control.execute(.sendMessage(id, text: text))
        case .sendInfo(let mimeType, let body, let headers):
            guard fitsMessage(body, of: "sendInfo") else { return }
            control.execute(.sendInfo(id, mimeType: mimeType, body: body, headers: fitting(headers)))
        case .record(let wishes): control.execute(.record(id, RecordingRequest(wishes)))
        case .transfer(let target, let other, let headers):
            transfer(id, TransferRequest(target: target, replacing: other, headers: fitting(headers)))
        case .setCustomData: break
        case .handleTransfers(let on): control.execute(.handleTransfers(id, on))
        case .finishTransfer(let outcome): control.execute(.finishTransfer(id, outcome))
        case .detect(let detection, let on): control.execute(.detect(id, detection, enabled: on))
        }
    }

    private func transfer(_ id: CallID, _ request: TransferRequest) {
        if let other = request.replacing, !calls.isAlive(other) {
            return deliver(.transferFailed(id, code: 481, reason: "The other call has ended", headers: [:]))
        }
        control.execute(.transfer(id, request))
    }

    private func say(_ speech: SpeechRequest, into id: CallID) {
        let text = speech.text
        if text.utf8.count > limits.speechCharacters, text.count > limits.speechCharacters {
            let error = "The text has \(text.count) characters, \(limits.speechCharacters) are allowed"
            post(.event(ScriptEvent(.playbackFinished(id, error: error))))
        } else {
            control.execute(.say(id, speech))
        }
    }

    private func fitsMessage(_ text: String, of method: String) -> Bool {
        if text.utf8.count <= limits.messageBytes { return true }
        log.text("WARNING! \(method): \(text.utf8.count) bytes not sent, \(limits.messageBytes) are allowed.")
        return false
    }

    private func connect(_ link: MediaLink, _ first: UnitID, _ second: UnitID, _ request: StreamRequest) {
        guard hasSound(first), hasSound(second) else { return }
        switch link {
        case .send: connect(true, first, second, request)
        case .stop: connect(false, first, second, request)
        case .sendBetween, .stopBetween:
            connect(link == .sendBetween, first, second, request)
            connect(link == .sendBetween, second, first, request)
        }
    }

    private func connect(_ isOn: Bool, _ first: UnitID, _ second: UnitID, _ request: StreamRequest) {
        guard !linkSocket(isOn, first, second, request) else { return }
        control.execute(isOn ? .sendMedia(from: first, to: second) : .stopMedia(from: first, to: second))
    }

    /// True for a leg or unit that takes part in media now; a script may speak of one that has just ended.
    private func hasSound(_ id: UnitID) -> Bool {
        calls.isAlive(id.call) || units.kind(of: id) != nil
    }

    /// Header fields as far as the limits allow; the log tells what was cut or left out.
    func fitting(_ headers: CallHeaders?) -> CallHeaders {
        guard let headers, !headers.isEmpty else { return [:] }
        var fitting: CallHeaders = [:]
        var total = 0
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            var value = value
            if value.utf8.count > limits.headerValueBytes {
                log.text(
                    "WARNING! The header \(name) is \(value.utf8.count) bytes long, it is cut to \(limits.headerValueBytes)."
                )
                while value.utf8.count > limits.headerValueBytes { value.removeLast() }
            }
            total += name.utf8.count + value.utf8.count + 4
            guard total <= limits.headerBytes else {
                log.text("WARNING! The headers are longer than \(limits.headerBytes) bytes, \(name) is left out.")
                total -= name.utf8.count + value.utf8.count + 4
                continue
            }
            fitting[name] = value
        }
        return fitting
    }
}
