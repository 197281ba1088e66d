import CallControl
import WorkerProtocol

/// A command that a script's process sent and that no API of ours sends.
struct MalformedCommand: Error, Equatable, CustomStringConvertible {
    let name: String
    var description: String { "the script sent a malformed command \(name.prefix(40)); its session is stopped" }
}

extension ScriptCommand {
    /// The commands of a batch, in order.
    static func decode(batch: [UInt8]) throws -> [ScriptCommand] {
        guard let items = try JSONReader.read(batch).listValue else { throw MalformedCommand(name: "batch") }
        return try items.map { item throws(MalformedCommand) in try decode(item) }
    }

    private static func decode(_ item: ScenarioValue) throws(MalformedCommand) -> ScriptCommand {
        guard let fields = item.listValue, let name = fields.first?.stringValue else {
            throw MalformedCommand(name: "without name")
        }
        let arguments = CommandArguments(name: name, values: fields.dropFirst())
        switch name {
        case "Log": return .log(try arguments.text(0))
        case "timer":
            return .timer(
                id: try arguments.number(0), milliseconds: Int64(try arguments.number(1)),
                repeats: try arguments.flag(2))
        case "clear": return .clearTimer(id: try arguments.number(0))
        case "http": return try http(arguments)
        case "storage": return .storage(id: try arguments.number(0), try storage(arguments))
        case "reply":
            return .reply(id: try arguments.number(0), body: try arguments.text(1), isJSON: try arguments.flag(2))
        case "error": return .error(try failure(arguments))
        case "close": return .close(wantsEnding: try arguments.flag(0))
        case "hideTones": return .hideTones(try arguments.flag(0))
        case "SetCustomData": return .setCustomData(try arguments.text(0))
        case "SendMediaBetween": return try media(.sendBetween, arguments)
        case "StopMediaBetween": return try media(.stopBetween, arguments)
        case "SendMedia": return try media(.send, arguments)
        case "StopMedia": return try media(.stop, arguments)
        case "CallUser": return try callUser(arguments, isDirect: false)
        case "CallUserDirect": return try callUser(arguments, isDirect: true)
        case "CallSIP": return try callSIP(arguments)
        case "CallPSTN", "CallWhatsappUser": return try callNumber(name, arguments)
        case "CallConference": return try callConference(arguments)
        case "SendMail": return .mail(id: try arguments.number(0), try MailRequest(arguments))
        default:
            if let request = try UnitRequest.decode(name, arguments) { return .unit(try arguments.unit(0), request) }
            if let command = try SocketCommand.decode(name, arguments) {
                return .socket(try arguments.unit(0), command)
            }
            return .leg(try arguments.call(0), try LegCommand.decode(name, arguments))
        }
    }

    private static func media(
        _ link: MediaLink, _ arguments: CommandArguments
    ) throws(MalformedCommand) -> ScriptCommand {
        .media(link, from: try arguments.unit(0), to: try arguments.unit(1), StreamRequest(arguments.optional(2)))
    }

    private static func callNumber(
        _ name: String, _ arguments: CommandArguments
    ) throws(MalformedCommand) -> ScriptCommand {
        let fields = try arguments.map(1)
        let (id, number) = (try arguments.call(0), try arguments.text(fields["number"]))
        let callerID = fields["callerid"]?.stringValue
        return name == "CallPSTN"
            ? .callPSTN(
                id, number: number, callerID: callerID, followsDiversion: fields["followDiversion"]?.boolValue == true)
            : .callWhatsapp(id, number: number, callerID: callerID)
    }

    private static func callConference(_ arguments: CommandArguments) throws(MalformedCommand) -> ScriptCommand {
        let fields = try arguments.map(1)
        return .callConference(
            try arguments.call(0),
            ConferenceCallRequest(
                conference: try arguments.text(fields["conferenceId"]), callerID: fields["callerid"]?.stringValue,
                displayName: fields["displayName"]?.stringValue, headers: CommandArguments.headers(fields["headers"])))
    }

    private static func callUser(
        _ arguments: CommandArguments, isDirect: Bool
    ) throws(MalformedCommand) -> ScriptCommand {
        let fields = try arguments.map(1)
        return .callUser(
            try arguments.call(0),
            UserCallRequest(
                username: try arguments.text(fields["username"]), callerID: fields["callerid"]?.stringValue,
                displayName: fields["displayName"]?.stringValue, headers: CommandArguments.headers(fields["headers"]),
                video: fields["video"]?.boolValue, isDirect: isDirect))
    }

    private static func callSIP(_ arguments: CommandArguments) throws(MalformedCommand) -> ScriptCommand {
        let fields = try arguments.map(1)
        return .callSIP(
            try arguments.call(0),
            SIPCallRequest(
                to: try arguments.text(fields["to"]), callerID: fields["callerid"]?.stringValue,
                displayName: fields["displayName"]?.stringValue, password: fields["password"]?.stringValue,
                authUser: fields["authUser"]?.stringValue, headers: CommandArguments.headers(fields["headers"]),
                video: fields["video"]?.boolValue, outboundProxy: fields["outProxy"]?.stringValue,
                registration: fields["regId"]?.intValue))
    }

    private static func http(_ arguments: CommandArguments) throws(MalformedCommand) -> ScriptCommand {
        let fields = try arguments.map(2)
        let text = fields["body"]?.stringValue ?? ""
        var body = Array(text.utf8)
        if fields["base64"]?.boolValue == true {
            guard let bytes = Base64.decode(text) else { throw MalformedCommand(name: "http") }
            body = bytes
        }
        let method = try arguments.text(fields["method"])
        guard method.utf8.count <= 16, method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw MalformedCommand(name: "http")
        }
        return .http(
            id: try arguments.number(0),
            HTTPCallRequest(
                url: try arguments.text(1), method: method, headers: CommandArguments.headers(fields["headers"]) ?? [:],
                body: body, wantsBytes: fields["raw"]?.boolValue == true,
                timeoutSeconds: Int(min(90, max(1, (fields["timeout"]?.doubleValue ?? 90).rounded(.up)))),
                connectSeconds: Int(min(6, max(1, (fields["connect"]?.doubleValue ?? 6).rounded(.up))))))
    }

    private static func storage(_ arguments: CommandArguments) throws(MalformedCommand) -> StorageRequest {
        switch try arguments.text(1) {
        case "get": return .get(key: try arguments.text(2))
        case "put":
            return .put(key: try arguments.text(2), value: try arguments.text(3), ttlSeconds: try arguments.number(4))
        case "remove": return .remove(key: try arguments.text(2))
        case "keys": return .keys(pattern: arguments.optional(2)?.stringValue, count: try arguments.number(3))
        default: throw MalformedCommand(name: "storage")
        }
    }

    private static func failure(_ arguments: CommandArguments) throws(MalformedCommand) -> ScriptFailure {
        let fields = try arguments.map(0)
        return ScriptFailure(
            message: try arguments.text(fields["message"]), file: fields["file"]?.stringValue,
            line: fields["line"]?.intValue, column: fields["column"]?.intValue,
            stack: fields["stack"]?.listValue?.compactMap(\.stringValue) ?? [])
    }
}

extension LegCommand {
    fileprivate static func decode(
        _ name: String, _ arguments: CommandArguments
    ) throws(MalformedCommand) -> LegCommand {
        switch name {
        case "Ring": .ring(arguments.headers(1))
        case "StartAudio": .startAudio(arguments.headers(1))
        case "AcceptCall": .accept(arguments.headers(1), displayName: arguments.optional(2)?.stringValue)
        case "HangupCall": .hangup(code: try arguments.number(1), arguments.headers(2))
        case "Play": .play(url: try arguments.text(1), loop: try arguments.flag(2))
        case "PlayToneScript": .playTone(script: try arguments.text(1), loop: try arguments.flag(2))
        case "Say": .say(try SpeechRequest(try arguments.map(1), arguments))
        case "Stop": .stop
        case "HandleTones": .handleTones(try arguments.flag(1), try arguments.toneKinds(2))
        case "SendDigits": .sendDigits(try arguments.text(1))
        case "SendMessage": .sendMessage(try arguments.text(1))
        case "SendInfo":
            .sendInfo(mimeType: try arguments.text(1), body: try arguments.text(2), arguments.headers(3))
        case "Record": .record(RecordingWishes(try arguments.map(1)))
        default: try decodeTransferOrDetection(name, arguments)
        }
    }

    private static func decodeTransferOrDetection(
        _ name: String, _ arguments: CommandArguments
    ) throws(MalformedCommand) -> LegCommand {
        switch name {
        case "TransferCall":
            .transfer(
                to: try arguments.text(1),
                replacing: arguments.optional(2)?.stringValue.map { CallID(rawValue: $0) }, arguments.headers(3))
        case "HandleBlindTransfer": .handleTransfers(try arguments.flag(1))
        case "SetCallCustomData": .setCustomData(try arguments.text(1))
        case "NotifyBlindTransfer":
            .finishTransfer(
                try arguments.flag(1)
                    ? .succeeded : .failed(code: try arguments.number(2), reason: try arguments.text(3)))
        case "HandleMicStatus": .detect(.speech, try arguments.flag(1))
        case "DetectProgressTone": .detect(.progressTone, try arguments.flag(1))
        case "DetectBeep":
            .detect(
                .beep(frequencies: try arguments.numbers(2), timeoutMilliseconds: try arguments.number(3)),
                try arguments.flag(1))
        case "DetectAnswer":
            .detect(
                .answer(
                    timeoutMilliseconds: try arguments.number(2), promptMilliseconds: try arguments.number(3),
                    endsWithPause: try arguments.flag(4)), try arguments.flag(1))
        default: throw MalformedCommand(name: name)
        }
    }
}
