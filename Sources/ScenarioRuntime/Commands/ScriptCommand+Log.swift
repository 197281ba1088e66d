import CallControl
import WorkerProtocol

/// A command as the session log names it.
struct LoggedCommand: Equatable {
    var name: String
    var parameters: [ScenarioValue]
}

extension ScriptCommand {
    /// The log's words for a command, nil for what the log does not show.
    var logged: LoggedCommand? {
        switch self {
        case .leg(let id, let command): command.logged(id)
        case .media(let link, let first, let second, let request): link.logged(first, second, request)
        case .callUser(let id, let request): .call(request.isDirect ? "CallUserDirect" : "CallUser", id, request.logged)
        case .callSIP(let id, let request): .call("CallSIP", id, request.logged)
        case .callPSTN(let id, let number, let callerID, let followsDiversion):
            .call(
                "CallPSTN", id,
                [
                    "callerid": .init(callerID), "followDiversion": .bool(followsDiversion), "number": .string(number),
                ])
        case .callWhatsapp(let id, let number, let callerID):
            .call("CallWhatsappUser", id, ["callerid": .init(callerID), "number": .string(number)])
        case .callConference(let id, let request): .call("CallConference", id, request.logged)
        case .unit(let id, let request): request.logged(id)
        case .socket(let id, let command): command.logged(id)
        case .mail(_, let request): LoggedCommand(name: "SendMail", parameters: [.map(request.logged)])
        case .setCustomData(let text):
            LoggedCommand(name: "SetCustomData", parameters: [.map(["data": .string(text)])])
        case .log, .hideTones, .http, .storage, .timer, .clearTimer, .reply, .error, .close: nil
        }
    }
}

extension LoggedCommand {
    /// A command that makes a leg or unit: its id, then what is asked of it.
    static func call(_ name: String, _ id: CallID, _ fields: [String: ScenarioValue]) -> LoggedCommand {
        LoggedCommand(name: name, parameters: [.map(["id": .string(id.rawValue)]), .map(fields)])
    }
}

extension LegCommand {
    fileprivate func logged(_ id: CallID) -> LoggedCommand {
        let (name, fields) = namedFields
        var map = fields
        map["id"] = .string(id.rawValue)
        return LoggedCommand(name: name, parameters: [.map(map)])
    }

    private var namedFields: (String, [String: ScenarioValue]) {
        switch self {
        case .ring(let headers): ("Ring", ["headers": .init(headers)])
        case .startAudio(let headers): ("StartAudio", ["headers": .init(headers)])
        case .accept(let headers, nil): ("AcceptCall", ["headers": .init(headers)])
        case .accept(let headers, let name?):
            ("AcceptCall", ["headers": .init(headers), "parameters": .map(["displayName": .string(name)])])
        case .hangup(let code, let headers):
            // The code is a number of the script, and those are printed as floating-point numbers.
            ("HangupCall", ["code": .double(Double(code)), "headers": .init(headers)])
        case .play(let url, let loop): ("Play", ["loop": .bool(loop), "url": .string(url)])
        case .playTone(let script, let loop): ("PlayToneScript", ["loop": .bool(loop), "script": .string(script)])
        case .say(let speech): ("Say", speech.logged)
        case .stop: ("Stop", [:])
        case .handleTones(let on, _): ("HandleTones", ["handle": .bool(on)])
        case .sendDigits(let digits): ("SendDigits", ["digits": .string(digits)])
        case .sendMessage(let text): ("SendMessage", ["text": .string(text)])
        case .sendInfo(let mimeType, let body, let headers):
            ("SendInfo", ["body": .string(body), "headers": .init(headers), "mimeType": .string(mimeType)])
        case .record(let wishes): ("Record", ["stereo": .bool(wishes.stereo)])
        case .transfer(let target, let other, let headers):
            (
                "TransferCall",
                ["call": .init(other?.rawValue), "headers": .init(headers), "to": .string(target)]
            )
        case .setCustomData(let text): ("SetCallCustomData", ["data": .string(text)])
        case .handleTransfers(let on): ("HandleBlindTransfer", ["handle": .bool(on)])
        case .finishTransfer(let outcome): ("NotifyBlindTransfer", outcome.logged)
        case .detect(let detection, let on): detection.logged(isOn: on)
        }
    }
}

extension MediaLink {
    fileprivate func logged(_ first: UnitID, _ second: UnitID, _ request: StreamRequest) -> LoggedCommand {
        let ids: (ScenarioValue, ScenarioValue) = (.string(first.rawValue), .string(second.rawValue))
        return switch self {
        case .send:
            LoggedCommand(
                name: "SendMedia", parameters: [.map(["from": ids.0, "to": ids.1].merging(request.logged) { $1 })])
        case .stop: LoggedCommand(name: "StopMedia", parameters: [.map(["from": ids.0, "to": ids.1])])
        case .sendBetween: LoggedCommand(name: "SendMediaBetween", parameters: [.map(["id1": ids.0, "id2": ids.1])])
        case .stopBetween: LoggedCommand(name: "StopMediaBetween", parameters: [.map(["id1": ids.0, "id2": ids.1])])
        }
    }
}

extension StreamRequest {
    /// What a script has asked for beside the usual.
    fileprivate var logged: [String: ScenarioValue] {
        var fields: [String: ScenarioValue] = [:]
        if !tag.isEmpty { fields["tag"] = .string(tag) }
        if encoding != .linear { fields["encoding"] = .string(encoding.rawValue) }
        if let parameters { fields["customParameters"] = .string(parameters) }
        return fields
    }
}

extension TransferOutcome {
    fileprivate var logged: [String: ScenarioValue] {
        switch self {
        case .succeeded: ["success": .bool(true)]
        case .failed(let code, let reason):
            ["code": .double(Double(code)), "reason": .string(reason), "success": .bool(false)]
        }
    }
}

extension SoundDetection {
    fileprivate func logged(isOn: Bool) -> (String, [String: ScenarioValue]) {
        switch self {
        case .speech: ("HandleMicStatus", ["handle": .bool(isOn)])
        case .progressTone: ("DetectProgressTone", ["handle": .bool(isOn)])
        case .answer(let timeout, let prompt, _):
            (
                "DetectAnswer",
                ["handle": .bool(isOn), "prompt": .int(Int64(prompt)), "timeout": .int(Int64(timeout))]
            )
        case .beep where !isOn: ("DisableBeepDetection", [:])
        case .beep(let frequencies, let timeout):
            (
                "EnableBeepDetection",
                ["frequencies": .list(frequencies.map { .int(Int64($0)) }), "timeout": .int(Int64(timeout))]
            )
        }
    }
}

extension UserCallRequest {
    fileprivate var logged: [String: ScenarioValue] {
        [
            "callerid": .init(callerID), "displayName": .init(displayName), "headers": .init(headers),
            "username": .string(username), "video": video.map { .bool($0) } ?? .null,
        ]
    }
}

extension SIPCallRequest {
    fileprivate var logged: [String: ScenarioValue] {
        let fields: [String: ScenarioValue] = [
            "authUser": .init(authUser), "callerid": .init(callerID), "displayName": .init(displayName),
            "headers": .init(headers), "outProxy": .init(outboundProxy),
            "password": password == nil ? .null : .string("******"), "to": .string(to),
            "video": video.map { .bool($0) } ?? .null,
        ]
        guard let registration else { return fields }
        return fields.merging(["regId": .int(Int64(registration))]) { $1 }
    }
}

extension ConferenceCallRequest {
    fileprivate var logged: [String: ScenarioValue] {
        [
            "callerid": .init(callerID), "conferenceId": .string(conference), "displayName": .init(displayName),
            "headers": .init(headers),
        ]
    }
}

extension ScenarioValue {
    /// A text, or null without one.
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }

    /// Headers as a map, or null without any.
    init(_ headers: CallHeaders?) { self = headers.map { .map($0.mapValues { .string($0) }) } ?? .null }
}
