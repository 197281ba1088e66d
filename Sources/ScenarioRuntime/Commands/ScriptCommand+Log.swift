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
        case .media(let link, let first, let second): link.logged(first, second)
        case .callUser(let id, let request):
            LoggedCommand(name: "CallUser", parameters: [.map(["id": .string(id.rawValue)]), .map(request.logged)])
        case .callSIP(let id, let request):
            LoggedCommand(name: "CallSIP", parameters: [.map(["id": .string(id.rawValue)]), .map(request.logged)])
        case .callPSTN(let id, let number, let callerID):
            LoggedCommand(
                name: "CallPSTN",
                parameters: [
                    .map(["id": .string(id.rawValue)]),
                    .map(["callerid": .init(callerID), "number": .string(number)]),
                ])
        case .setCustomData(let text):
            LoggedCommand(name: "SetCustomData", parameters: [.map(["data": .string(text)])])
        case .log, .hideTones, .http, .storage, .timer, .clearTimer, .reply, .error, .close: nil
        }
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
        case .accept(let headers): ("AcceptCall", ["headers": .init(headers)])
        case .hangup(let code, let headers):
            // The code is a number of the script, and those are printed as floating-point numbers.
            ("HangupCall", ["code": .double(Double(code)), "headers": .init(headers)])
        case .play(let url, let loop): ("Play", ["loop": .bool(loop), "url": .string(url)])
        case .playTone(let script, let loop): ("PlayToneScript", ["loop": .bool(loop), "script": .string(script)])
        case .say(let text, let language): ("Say", ["lang": .string(language), "text": .string(text)])
        case .stop: ("Stop", [:])
        case .handleTones(let on, _): ("HandleTones", ["handle": .bool(on)])
        case .sendDigits(let digits): ("SendDigits", ["digits": .string(digits)])
        case .sendMessage(let text): ("SendMessage", ["text": .string(text)])
        case .sendInfo(let mimeType, let body, let headers):
            ("SendInfo", ["body": .string(body), "headers": .init(headers), "mimeType": .string(mimeType)])
        case .record(let stereo): ("Record", ["stereo": .bool(stereo)])
        }
    }
}

extension MediaLink {
    fileprivate func logged(_ first: CallID, _ second: CallID) -> LoggedCommand {
        let ids: (ScenarioValue, ScenarioValue) = (.string(first.rawValue), .string(second.rawValue))
        return switch self {
        case .send: LoggedCommand(name: "SendMedia", parameters: [.map(["from": ids.0, "to": ids.1])])
        case .stop: LoggedCommand(name: "StopMedia", parameters: [.map(["from": ids.0, "to": ids.1])])
        case .sendBetween: LoggedCommand(name: "SendMediaBetween", parameters: [.map(["id1": ids.0, "id2": ids.1])])
        case .stopBetween: LoggedCommand(name: "StopMediaBetween", parameters: [.map(["id1": ids.0, "id2": ids.1])])
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
        [
            "authUser": .init(authUser), "callerid": .init(callerID), "displayName": .init(displayName),
            "headers": .init(headers), "outProxy": .init(outboundProxy),
            "password": password == nil ? .null : .string("******"), "to": .string(to),
            "video": video.map { .bool($0) } ?? .null,
        ]
    }
}

extension ScenarioValue {
    /// A text, or null without one.
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }

    /// Headers as a map, or null without any.
    init(_ headers: CallHeaders?) { self = headers.map { .map($0.mapValues { .string($0) }) } ?? .null }
}
