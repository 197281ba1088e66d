import HTTPTypes
import Logging
import RequestSigning

/// `POST /scenario`: what running scenarios ask and report.
struct ScenarioEndpoint: Sendable {
    private static let names = ["ACCOUNT_SEARCH_ID", "PHONE_NUMBER", "CALLER_ID"]
    private static let longestName = 255
    /// Part of the protocol, not a failure: the scenario apologises to the caller and ends.
    private static let licenceEnded = refusal("LICENCE_ENDED")

    let portals: PortalRegistry
    let settings: LineSettingsCache
    let routing: CallRouting
    let calls: CallStore
    let history: HistoryReporter
    let updates: CallUpdates
    let notices: PortalNotices
    let running: RunningSessions
    let now: @Sendable () -> Moment

    /// What a scenario may say.
    enum Command: String, CaseIterable {
        case config = "IncomingGetConfig"
        case invite = "IncomingInvite"
        case next = "GetNextInQueue"
        case start = "StartCall"
        case hangUp = "HangupCall"
        case history = "AddCallHistory"
    }

    var endpoint: Endpoint {
        Endpoint(
            .post, "scenario",
            .signed(.scenarioToController) { admitted in
                if admitted.isFromBeforeMove, try await !running.admit(admitted) { return Answers.refused }
                return Answers.text(try await answer(admitted.body, admitted.portal))
            })
    }

    /// The answer's text.
    ///
    /// - Throws: `ControllerError` and what lies below; never for a report that was taken.
    private func answer(_ body: [UInt8], _ portal: Portal) async throws -> String {
        guard let fields = FormFields(body) else {
            throw ControllerError(.wrongRequest, "the body is not a form")
        }
        guard Self.names.allSatisfy({ fields[$0].utf8.count <= Self.longestName }) else {
            let names = Self.names.joined(separator: ", ")
            throw ControllerError(.wrongRequest, "\(names) must have at most \(Self.longestName) characters each")
        }
        switch Command(rawValue: fields["COMMAND"]) {
        case .config: return try await config(fields, portal)
        case .invite:
            await updates.bring(portal)
            // The line's settings may come from the platform's memory: this question is the first then.
            guard await portals.servesCalls(of: portal) else { return Self.licenceEnded }
            return try await routing.invite(try request(fields), portal)
        case .next:
            return try await routing.next(try request(fields), lastUser: Int64(fields["LAST_USER_ID"]), portal)
        case .start: return try await start(fields, portal)
        case .hangUp: return try await hangUp(fields, portal)
        case .history:
            try await history.take(fields, try key(fields), portal)
            // A call that was over before it had to ask for anything brings its account forward, too.
            await updates.bring(portal)
            return Answers.done.encoded
        case nil: throw ControllerError(.unknownCommand, "the controller does not know the command")
        }
    }

    private func config(_ fields: FormFields, _ portal: Portal) async throws -> String {
        await updates.bring(portal)
        let request = try request(fields)
        try await calls.register(request.record(portal.id, at: now()))
        guard await portals.servesCalls(of: portal) else { return Self.licenceEnded }
        do {
            return try await settings.settings(request.line, phoneNumber: request.phoneNumber, portal).text
        } catch let error as ControllerError where error.code == .lineUnknown {
            return Self.refusal("LINE_UNKNOWN")
        }
    }

    private static func refusal(_ reason: String) -> String {
        JSONValue.object([.init(name: "ERROR", value: .text(reason))]).encoded
    }

    private func start(_ fields: FormFields, _ portal: Portal) async throws -> String {
        let step = try await calls.connect(
            try key(fields), portal.id, user: Int64(fields["USER_ID"]),
            device: String(fields["CALL_DEVICE"].prefix(16)),
            at: now())
        // That a call which is over had begun is no news.
        if let step {
            notices.send("StartCall", HistoryStore.told(fields.with(PortalNotices.step, String(step))), portal)
        }
        return Answers.done.encoded
    }

    private func hangUp(_ fields: FormFields, _ portal: Portal) async throws -> String {
        try await calls.end(try key(fields), portal.id, at: now())
        notices.send("HangupCall", HistoryStore.told(fields), portal)
        return Answers.done.encoded
    }

    /// The version that the scenario says to be, if it is one that accounts may have.
    private func knownVersion(_ fields: FormFields) -> ScenarioNumber? {
        SessionOutcome.version(fields).flatMap { updates.provisioner.versions.plan[$0]?.number }
    }

    private func key(_ fields: FormFields) throws(ControllerError) -> CallKey {
        guard let key = CallKey(rawValue: fields["CALL_ID"]) else {
            throw ControllerError(.wrongRequest, "CALL_ID must be a text of 1 to \(CallKey.longest) characters")
        }
        return key
    }

    private func request(_ fields: FormFields) throws(ControllerError) -> CallRouting.Request {
        let number = fields["PHONE_NUMBER"]
        let searchID = fields["ACCOUNT_SEARCH_ID"]
        let line = searchID.isEmpty ? number : searchID
        guard !line.isEmpty else {
            throw ControllerError(.wrongRequest, "ACCOUNT_SEARCH_ID or PHONE_NUMBER must name the line")
        }
        return CallRouting.Request(
            key: try key(fields), line: LineKey(rawValue: line), phoneNumber: number, callerID: fields["CALLER_ID"],
            dialledCode: fields["DIRECT_CODE"], accessURL: fields["ACCESS_URL"],
            scenarioVersion: knownVersion(fields))
    }
}
