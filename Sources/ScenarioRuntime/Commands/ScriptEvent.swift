import CallControl
import WorkerProtocol

/// An event for a script: the map that the log shows and what the script sees besides.
struct ScriptEvent: Equatable {
    var name: String
    /// Fields of the log line, `name` and `id` included.
    var logged: [String: ScenarioValue]
    /// Fields that only the script sees.
    var unlogged: [String: ScenarioValue] = [:]
    var call: CallID?
    /// Where the event goes on the script's side, `app` for the application.
    var target: Target
    /// False for events that the log does not show at all.
    var isLogged = true

    /// The kinds of objects that have events.
    enum Target: String {
        case app, call, unit, socket
    }

    init(
        _ name: String, call: CallID? = nil, _ fields: [String: ScenarioValue] = [:],
        unlogged: [String: ScenarioValue] = [:], isLogged: Bool = true
    ) {
        self.name = name
        self.call = call
        self.unlogged = unlogged
        target = call == nil || name.hasPrefix("Application.") ? .app : .call
        self.isLogged = isLogged
        logged = fields
        logged["name"] = .string(name)
        if let call { logged["id"] = .string(call.rawValue) }
    }

    /// The message for the script's `deliver`.
    func message(extra: [String: ScenarioValue] = [:], kind: String? = nil) -> ScenarioValue {
        var entries = extra
        entries["k"] = .string(kind ?? target.rawValue)
        if let call, extra["id"] == nil { entries["id"] = .string(call.rawValue) }
        entries["e"] = .map(logged.merging(unlogged) { first, _ in first })
        return .map(entries)
    }
}

extension ScriptEvent {
    /// `Application.Started`.
    static func started(_ start: SessionStart) -> ScriptEvent {
        var fields: [String: ScenarioValue] = [
            "accessURL": .string(start.accessURL), "accountId": .int(start.accountID.rawValue),
            "applicationId": .int(start.applicationID.rawValue), "logURL": .string(start.logURL),
            "sessionId": .int(start.sessionID.rawValue), "userId": .int(start.userID ?? -1),
        ]
        if let conference = start.conferenceName { fields["conference_name"] = .string(conference) }
        var unlogged: [String: ScenarioValue] = [
            "accessSecureURL": .string(start.accessSecureURL), "customData": .string(start.customData ?? ""),
        ]
        if let domain = start.domainName { unlogged["domainName"] = .string(domain) }
        if let rule = start.rule {
            unlogged["dialplanId"] = .int(rule.id)
            unlogged["dialplanName"] = .string(rule.name)
        }
        return ScriptEvent("Application.Started", fields, unlogged: unlogged)
    }

    /// `Application.CallAlerting`.
    static func callAlerting(_ call: IncomingCall) -> ScriptEvent {
        ScriptEvent(
            "Application.CallAlerting", call: call.id,
            [
                "callerid": .string(call.callerID), "destination": .string(call.destination),
                "displayName": .string(call.displayName), "fromURI": .string(call.fromURI),
                "headers": .init(call.headers), "toURI": .string(call.toURI),
            ])
    }

    /// `Application.LimitReached`.
    static func limitReached(_ limit: LimitReached) -> ScriptEvent {
        let allowed = ScenarioValue.int(Int64(limit.allowed))
        return ScriptEvent(
            "Application.LimitReached",
            ["allowed": allowed, "limit": .string(limit.limit.rawValue), "used": allowed])
    }

    /// `Application.HttpRequest`.
    static func httpRequest(_ request: ControlRequest) -> ScriptEvent {
        let headers = request.headers.filter { $0.name.lowercased().hasPrefix("x-") }
        return ScriptEvent(
            "Application.HttpRequest",
            [
                "content": .string(request.content), "method": .string(request.method), "path": .string(request.path),
            ],
            unlogged: [
                "headers": .list(headers.map { .map(["key": .string($0.name), "value": .string($0.value)]) })
            ])
    }

    /// `Application.Terminating` and `Application.Terminated`, which the log does not show.
    static func ending(_ name: String, systemError: String?) -> ScriptEvent {
        ScriptEvent(name, unlogged: systemError.map { ["systemError": .string($0)] } ?? [:], isLogged: false)
    }
}

extension ScriptEvent {
    /// The event of a leg in the form of the log.
    init(_ event: CallEvent) {
        let id = event.callID
        switch event {
        case .ringing(_, let headers): self = .init("Call.Ringing", call: id, ["headers": .init(headers)])
        case .audioStarted(_, let headers): self = .init("Call.AudioStarted", call: id, ["headers": .init(headers)])
        case .connected(_, let headers, let name):
            self = .init(
                "Call.Connected", call: id, ["headers": .init(headers)],
                unlogged: name.isEmpty ? [:] : ["displayName": .string(name)])
        case .failed(_, let code, let reason, let headers):
            self = .init(
                "Call.Failed", call: id,
                ["code": .int(Int64(code)), "headers": .init(headers), "reason": .string(reason)])
        case .disconnected(_, let end): self = .disconnected(id, end)
        case .messageReceived(_, let text, let headers):
            self = .init("Call.MessageReceived", call: id, ["headers": .init(headers), "text": .string(text)])
        case .infoReceived(_, let mimeType, let body, let headers):
            self = .init(
                "Call.InfoReceived", call: id,
                ["body": .string(body), "headers": .init(headers), "mimeType": .string(mimeType)])
        case .toneReceived(_, let tone, let kind):
            self = .init(
                "Call.ToneReceived", call: id, ["tone": .string(String(tone))],
                unlogged: ["type": .int(Int64(kind.rawValue))])
        case .onHold: self = .init("Call.OnHold", call: id)
        case .offHold: self = .init("Call.OffHold", call: id)
        default: self = .media(event)
        }
    }

    private static func disconnected(_ id: CallID, _ end: CallEnd) -> ScriptEvent {
        ScriptEvent(
            "Call.Disconnected", call: id,
            [
                "cost": .double(end.cost), "direction": .string(end.direction),
                "duration": .int(Int64(end.durationSeconds)), "headers": .init(end.headers),
            ], unlogged: ["internalCode": .int(Int64(end.code)), "reason": .string(end.reason)])
    }

    private static func media(_ event: CallEvent) -> ScriptEvent {
        let id = event.callID
        return switch event {
        case .playbackStarted(_, let duration):
            ScriptEvent(
                "Call.PlaybackStarted", call: id, unlogged: ["duration": .int(Int64(duration))], isLogged: false)
        case .playbackFinished(_, let error):
            ScriptEvent("Call.PlaybackFinished", call: id, error.map { ["error": .string($0)] } ?? [:])
        case .recordStarted(_, let url): ScriptEvent("Call.RecordStarted", call: id, ["url": .string(url)])
        case .recordStopped(_, let url, let duration):
            ScriptEvent(
                "Call.RecordStopped", call: id,
                [
                    "cost": .int(0), "duration": .int(Int64(duration)), "reason": .string("Stopped by user"),
                    "url": .string(url),
                ])
        case .recordError(_, let error): ScriptEvent("Call.RecordError", call: id, ["error": .string(error)])
        default: detail(event)
        }
    }

    private static func detail(_ event: CallEvent) -> ScriptEvent {
        let id = event.callID
        return switch event {
        case .forwarding(_, let headers): ScriptEvent("Call.Forwarding", call: id, ["headers": .init(headers)])
        case .replaced(_, let peer, let displayName, let headers):
            ScriptEvent(
                "Call.Replaced", call: id,
                ["displayName": .string(displayName), "headers": .init(headers), "peer": .string(peer)])
        case .transferRequested(_, let target, let headers):
            ScriptEvent(
                "Call.BlindTransferRequested", call: id, ["headers": .init(headers), "transferTo": .string(target)])
        case .transferCompleted(_, let headers):
            ScriptEvent("Call.TransferComplete", call: id, ["headers": .init(headers), "role": .string("transferor")])
        case .transferFailed(_, let code, let reason, let headers):
            ScriptEvent(
                "Call.TransferFailed", call: id,
                [
                    "code": .int(Int64(code)), "headers": .init(headers), "reason": .string(reason),
                    "role": .string("transferor"),
                ])
        case .firstAudioPacket: ScriptEvent("Call.FirstAudioPacketReceived", call: id, isLogged: false)
        case .audioQuality(_, let isWideband):
            ScriptEvent(
                "Call.AudioQualityDetected", call: id,
                unlogged: ["quality": .string(isWideband ? "HD" : "Standard")], isLogged: false)
        case .rtpStopped: ScriptEvent("Call.RtpStopped", call: id)
        case .rtpResumed: ScriptEvent("Call.RtpResumed", call: id)
        case .micStatusChanged(_, let isSpeaking):
            ScriptEvent("Call.MicStatusChange", call: id, ["active": .bool(isSpeaking)])
        case .progressToneDetected:
            ScriptEvent(
                "Call.ToneDetected", call: id, ["ProgressTone": .bool(true), "VoicemailTone": .bool(false)])
        case .beepDetected(_, let frequencies):
            ScriptEvent(
                "Call.BeepDetectionComplete", call: id,
                ["frequencies": .list(frequencies.map { .int(Int64($0)) })])
        // Not an event of the API: the script's side makes of it what the script has asked for.
        case .answerDetected(_, let party):
            ScriptEvent("Call.AnswerDetected", call: id, unlogged: ["party": .string(party.rawValue)], isLogged: false)
        case .beepMissed(_, let reason):
            ScriptEvent("Call.BeepDetectionError", call: id, ["reason": .string(reason)])
        default: ScriptEvent("Call.Unknown", call: id)
        }
    }
}
