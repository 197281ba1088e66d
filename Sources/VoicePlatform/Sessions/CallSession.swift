import Billing
import CallControl
import NIOCore
import ScenarioRuntime
import VoiceEngine

/// One session: stands between the engine's legs and the script, rates the legs and keeps the history.
///
/// Used on the event loop only. The script ends first; the session is over when no leg is open either.
final class CallSession {
    let id: SessionID
    let plan: SessionPlan
    /// Path of the control URL.
    let accessPath: String
    let conferenceName: String?
    private let core: PlatformCore
    private let legs: any SessionLegs
    private let storage: SessionStorage
    private let onClosed: (CallSession) -> Void
    private var script: (any SessionScript)?
    private var ledger: LegLedger
    private var records: [CallID: OpenRecord] = [:]
    /// Numbers that the script has asked to dial, by the address that stands for them.
    private var dialledNumbers: [String: String] = [:]
    private var scriptHasEnded = false
    private var isClosed = false

    private struct OpenRecord {
        let name: String
        let path: String
        var startedAt: UnixTime?
    }

    init(
        id: SessionID, plan: SessionPlan, accessPath: String, core: PlatformCore, legs: any SessionLegs,
        conferenceName: String? = nil, eventLoop: any EventLoop, onClosed: @escaping (CallSession) -> Void
    ) {
        self.id = id
        self.plan = plan
        self.accessPath = accessPath
        self.conferenceName = conferenceName
        self.core = core
        self.legs = legs
        self.onClosed = onClosed
        storage = SessionStorage(
            database: core.database, application: plan.applicationID, owner: plan.accountID, clock: core.clock,
            eventLoop: eventLoop)
        ledger = LegLedger(tariff: core.configuration.tariff(plan.currency))
    }

    /// Starts the script; with a call its leg is noted first.
    func begin(_ start: SessionStart, party: RatedParty, with scripts: any ScriptStarting) {
        legs.domain = plan.domain
        legs.recordingTarget = { [weak self] id in self?.recordingTarget(id) }
        if let incoming = start.incoming {
            note(
                LegRecord(
                    id: incoming.id, startedAt: core.clock(), localNumber: incoming.destination,
                    remoteNumber: incoming.callerID, remoteKind: party == .voip ? .sip : .pstn, isIncoming: true),
                party: party)
        }
        script = scripts.startScript(start, control: self, services: self) { end in self.scriptEnded(end) }
        // Last: events that waited must find the script.
        legs.onEvent = { [weak self] event in self?.receive(event) }
    }

    /// Hands a request to the control URL to the script.
    func request(_ request: ControlRequest) -> EventLoopFuture<ControlReply> {
        guard let script, !scriptHasEnded else { return storage.eventLoop.makeSucceededFuture(.sessionGone) }
        return script.deliverHTTPRequest(request)
    }

    func terminate(_ reason: SessionFinishReason) { script?.terminate(reason) }

    // MARK: Legs

    private func note(_ record: LegRecord, party: RatedParty) {
        ledger.add(record, party: party)
        let id = id
        core.history.enqueue("leg started") { try SessionHistory(transaction: $0).insert(record, of: id) }
    }

    private func receive(_ event: CallEvent) {
        var event = event
        switch event {
        case .connected(let leg, _):
            let (id, now) = (id, core.clock())
            guard ledger.connected(leg, at: now) else { break }
            core.history.enqueue("leg connected") {
                try SessionHistory(transaction: $0).setConnected(leg, of: id, at: now)
            }
        case .disconnected(let leg, var end):
            if let finished = ledger.disconnected(leg, end) {
                end.cost = finished.charge.amount.approximate
                end.direction = finished.charge.direction
                event = .disconnected(leg, end)
                finish(leg, finished)
            }
        case .failed(let leg, let code, let reason, _):
            if let finished = ledger.failed(leg, code: code, reason: reason) { finish(leg, finished) }
        case .recordStarted(let leg, _): recordStarted(leg)
        case .recordStopped(let leg, _, let seconds): recordStopped(leg, seconds: seconds)
        case .recordError(let leg, _): records[leg] = nil
        default: break
        }
        script?.deliver(event)
        closeIfDone()
    }

    private func finish(_ leg: CallID, _ end: LegEnd) {
        let (id, account, now) = (id, plan.accountID, core.clock())
        core.history.enqueue("leg ended") {
            try SessionHistory(transaction: $0).finish(leg, of: id, end, account: account, at: now)
        }
    }

    // MARK: Recordings

    private func recordingTarget(_ leg: CallID) -> RecordingTarget? {
        let name = PlatformFiles.newRecordName()
        guard let path = core.files.recordPath(name) else { return nil }
        records[leg] = OpenRecord(name: name, path: path)
        return RecordingTarget(path: path, url: PublicURLs(core.effectiveConfiguration()).record(name))
    }

    private func recordStarted(_ leg: CallID) {
        guard let record = records[leg] else { return }
        let (id, now) = (id, core.clock())
        records[leg]?.startedAt = now
        core.history.enqueue("recording started") {
            try SessionHistory(transaction: $0).insertRecord(record.name, of: leg, session: id, at: now)
        }
    }

    private func recordStopped(_ leg: CallID, seconds: Int) {
        guard let record = records.removeValue(forKey: leg), record.startedAt != nil else { return }
        let files = core.files
        core.history.enqueue("recording ended") {
            try SessionHistory(transaction: $0).finishRecord(
                record.name, seconds: seconds, bytes: files.size(of: record.path))
        }
    }

    // MARK: End

    private func scriptEnded(_ end: SessionEnd) {
        guard !scriptHasEnded else { return }
        scriptHasEnded = true
        let (id, account, now) = (id, plan.accountID, core.clock())
        if !end.isOrderly {
            // The legs' own ends follow as events.
            for leg in ledger.openLegs { legs.execute(.hangup(leg, code: 500, headers: [:])) }
        }
        core.history.enqueue("session ended") {
            try SessionHistory(transaction: $0).finish(id, at: now, reason: end.reason.rawValue)
            guard end.reason == .scriptError else { return }
            try CallbackOutbox(transaction: $0).addScriptFailure(of: account, at: now)
        }
        closeIfDone()
    }

    private func closeIfDone() {
        guard scriptHasEnded, !isClosed, ledger.openLegs.isEmpty, records.values.allSatisfy({ $0.startedAt == nil })
        else { return }
        close()
    }

    private func close() {
        isClosed = true
        legs.endSession()
        // The script holds its services, which is this object.
        script = nil
        onClosed(self)
    }
}

extension CallSession: CallControl {
    /// Notes new legs, then passes the command on.
    func execute(_ command: CallCommand) {
        let now = core.clock()
        switch command {
        case .callUser(let leg, let call):
            note(
                LegRecord(
                    id: leg, startedAt: now, localNumber: call.callerID, remoteNumber: call.username, remoteKind: .user,
                    isIncoming: false), party: .voip)
        case .callSIP(let leg, let call):
            let number = dialledNumbers[call.uri]
            note(
                LegRecord(
                    id: leg, startedAt: now, localNumber: call.callerID, remoteNumber: number ?? call.uri,
                    remoteKind: number == nil ? .sip : .pstn, isIncoming: false),
                party: number.map(RatedParty.pstn) ?? .voip)
        default: break
        }
        legs.execute(command)
    }

    /// The script has ended in good order: no event of a leg follows, so their rows end here.
    func endSession() {
        let now = core.clock()
        for leg in ledger.openLegs {
            if let end = ledger.abandon(leg, at: now) { finish(leg, end) }
        }
        for (leg, record) in records {
            let seconds = record.startedAt.map { (now.milliseconds - $0.milliseconds) / 1000 } ?? 0
            recordStopped(leg, seconds: Int(max(0, seconds)))
        }
        legs.endSession()
    }
}

extension CallSession: SessionServices {
    func storageGet(key: String) -> EventLoopFuture<StoredItem?> { storage.get(key) }

    func storagePut(key: String, value: String, ttlSeconds: Int) -> EventLoopFuture<StoredItem> {
        storage.put(key, value, ttlSeconds: ttlSeconds)
    }

    func storageRemove(key: String) -> EventLoopFuture<StoredItem?> { storage.remove(key) }

    func storageKeys(pattern: String?, count: Int) -> EventLoopFuture<[String]> {
        storage.keys(pattern: pattern, count: count)
    }

    func customDataChanged(to text: String) {
        let id = id
        core.history.enqueue("custom data") { try SessionHistory(transaction: $0).setCustomData(text, of: id) }
    }

    /// Numbers are dialled through the configured gateway, and only those that have a price.
    func outgoingCall(toNumber number: String, callerID: String) -> OutgoingSIPCall? {
        let digits = number.filter { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let gateway = core.configuration.gateway,
            core.configuration.tariff(plan.currency).row(.outgoing, .pstn(digits)) != nil
        else { return nil }
        let uri = "sip:\(digits)@\(gateway.address)"
        dialledNumbers[uri] = digits
        return OutgoingSIPCall(uri: uri, callerID: callerID, authUser: gateway.user, password: gateway.password)
    }
}
