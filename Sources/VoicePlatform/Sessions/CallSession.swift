import Billing
import CallControl
import NIOCore
import ScenarioRuntime
import Storage
import VoiceEngine

/// One session: stands between the engine's legs and the script, rates the legs and keeps the history.
///
/// A leg that costs something is made when money is held for its first step, and ended when no more can be held.
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
    private let guardrails: Guardrails
    private let tariff: Tariff
    private let meters: LegMeters
    private var script: (any SessionScript)?
    private var ledger = LegLedger()
    private var pending = PendingLegs()
    private var warnings = WarningTones()
    /// Outgoing legs that are counted as calls of the account.
    private var counted: Set<CallID> = []
    private let files: SessionFiles
    /// What the account may show and use in outgoing calls; set when the session begins.
    private var permits: OutgoingPermits?
    /// Numbers that the script has asked to dial, by the address that stands for them.
    private var dialledNumbers: [String: String] = [:]
    /// Nil for a session without a log.
    private var logPath: String?
    private var isWideband = false
    private var scriptHasEnded = false
    private var isClosed = false

    /// What a session asks of the one who runs all of them.
    struct Guardrails {
        /// Counts an outgoing call that costs money in.
        let begin: () throws(AccountBrake.Refusal) -> Void
        let end: () -> Void
        let closed: (CallSession) -> Void
    }

    init(
        id: SessionID, plan: SessionPlan, accessPath: String, core: PlatformCore, legs: any SessionLegs,
        conferenceName: String? = nil, eventLoop: any EventLoop, clock callClock: any CallClock,
        guardrails: Guardrails
    ) {
        self.id = id
        self.plan = plan
        self.accessPath = accessPath
        self.conferenceName = conferenceName
        self.core = core
        self.legs = legs
        self.guardrails = guardrails
        tariff = core.tariffs.current.tariff(plan.currency, account: plan.accountName)
        storage = SessionStorage(
            database: core.database, application: plan.applicationID, owner: plan.accountID,
            limit: core.configuration.scripts.limits(of: plan.accountName).storageItems, clock: core.clock,
            eventLoop: eventLoop)
        files = SessionFiles(session: id, account: plan.accountID, core: core, eventLoop: eventLoop)
        let (history, clock) = (core.history, core.clock)
        meters = LegMeters(
            eventLoop: eventLoop, clock: callClock, policy: core.configuration.meterPolicy
        ) { hold, through in
            history.perform("more money held", on: eventLoop) { transaction in
                try HoldStore(transaction: transaction, now: clock()).answer { try $0.extend(hold, through: through) }
            }
        }
    }

    /// Starts the script; with a call its leg is noted first.
    ///
    /// - Parameter held: What is held for the call, and until which second; nil for a call that costs nothing.
    func begin(
        _ start: SessionStart, party: RatedParty, price: CallPrice?, held: (CallHold, through: Int)?,
        with scripts: any ScriptStarting
    ) {
        meters.onDemand = { [weak self] in self?.meet($0) }
        logPath = start.logFile
        legs.domain = plan.domain
        legs.recordingTarget = { [weak self] id in self?.files.target(of: id) }
        permits = OutgoingPermits(
            database: core.database, account: plan.accountID,
            caller: start.incoming.map { OutgoingPermits.digits($0.callerID) })
        if let incoming = start.incoming { note(incoming, party: party, price: price, held: held) }
        script = scripts.startScript(start, control: self, services: self) { end in self.scriptEnded(end) }
        legs.onSignalling = { [weak self] message in self?.script?.note(message) }
        // Last: events that waited must find the script.
        legs.onEvent = { [weak self] event in self?.receive(event) }
    }

    /// Adds a call to the running session: another participant of its conference.
    ///
    /// - Returns: False when the script takes none any more; then nothing is noted.
    func join(
        _ incoming: IncomingCall, party: RatedParty, price: CallPrice?, held: (CallHold, through: Int)?,
        from arrived: any SessionLegs
    ) -> Bool {
        guard !scriptHasEnded, let script, script.join(incoming) else { return false }
        note(incoming, party: party, price: price, held: held)
        legs.take(legsOf: arrived)
        return true
    }

    private func note(
        _ incoming: IncomingCall, party: RatedParty, price: CallPrice?, held: (CallHold, through: Int)?
    ) {
        note(
            LegRecord(
                id: incoming.id, startedAt: core.clock(), localNumber: incoming.destination,
                remoteNumber: incoming.callerID, remoteKind: remoteKind(party, .incoming), isIncoming: true,
                divertedFrom: incoming.divertedFrom),
            price: price)
        if let (hold, through) = held { meters.open(hold, paidThrough: through) }
    }

    /// Hands a request to the control URL to the script.
    func request(_ request: ControlRequest) -> EventLoopFuture<ControlReply> {
        guard let script, !scriptHasEnded else { return storage.eventLoop.makeSucceededFuture(.sessionGone) }
        return script.deliverHTTPRequest(request)
    }

    func terminate(_ reason: SessionFinishReason) { script?.terminate(reason) }

    // MARK: Legs

    private func note(_ record: LegRecord, price: CallPrice?) {
        ledger.add(record, price: price, plan.currency)
        let id = id
        core.history.enqueue("leg started") { try SessionHistory(transaction: $0).insert(record, of: id) }
    }

    private func receive(_ event: CallEvent) {
        let (isOurs, next) = warnings.takes(event)
        if let next { legs.execute(next) }
        guard !isOurs else { return }
        var event = event
        switch event {
        case .connected(let leg, _, _):
            let (id, now) = (id, core.clock())
            guard ledger.connected(leg, at: now) else { break }
            meters.answered(leg)
            core.history.enqueue("leg connected") {
                try SessionHistory(transaction: $0).setConnected(leg, of: id, at: now)
            }
        case .disconnected(let leg, var end):
            if let finished = ledger.disconnected(leg, end, paidThrough: meters.close(leg)) {
                end.cost = finished.charge.amount.approximate
                end.direction = finished.charge.direction
                end.durationSeconds = finished.seconds
                event = .disconnected(leg, end)
                finish(leg, finished)
            }
        case .failed(let leg, let code, let reason, _):
            _ = meters.close(leg)
            if let finished = ledger.failed(leg, code: code, reason: reason) { finish(leg, finished) }
        case .audioQuality(_, let isWideband): if isWideband { noteWideband() }
        case .recordStarted(let leg, _): files.started(leg)
        case .recordStopped(let leg, _, let seconds): files.stopped(leg, seconds: seconds)
        case .recordError(let leg, _): files.failed(leg)
        case .unit(let id, .recorderStarted): files.started(id.call)
        case .unit(let id, .recorderStopped(_, let seconds)): files.stopped(id.call, seconds: seconds)
        case .unit(let id, .recorderFailed): files.failed(id.call)
        default: break
        }
        script?.deliver(event)
        closeIfDone()
    }

    private func noteWideband() {
        guard !isWideband else { return }
        isWideband = true
        let id = id
        core.history.enqueue("quality of sound") { try SessionHistory(transaction: $0).setWideband(id) }
    }

    private func finish(_ leg: CallID, _ end: LegEnd) {
        if counted.remove(leg) != nil { guardrails.end() }
        let (id, account, now) = (id, plan.accountID, core.clock())
        core.history.enqueue("leg ended") {
            try SessionHistory(transaction: $0).finish(leg, of: id, end, account: account, at: now)
        }
    }

    // MARK: End

    private func scriptEnded(_ end: SessionEnd) {
        guard !scriptHasEnded else { return }
        scriptHasEnded = true
        let (id, account, now) = (id, plan.accountID, core.clock())
        if !end.isOrderly {
            // The ends of legs and of recorders that are no leg's follow as events.
            for leg in ledger.openLegs { legs.execute(.hangup(leg, code: 500, headers: [:])) }
            for recorder in files.recorded { legs.execute(.unit(UnitID(recorder), .stopRecorder)) }
        }
        core.history.enqueue("session ended") {
            try SessionHistory(transaction: $0).finish(id, at: now, reason: end.reason.rawValue)
            guard end.reason == .scriptError else { return }
            try CallbackOutbox(transaction: $0).addScriptFailure(of: account, at: now)
        }
        closeIfDone()
    }

    private func closeIfDone() {
        guard scriptHasEnded, !isClosed, ledger.openLegs.isEmpty, !files.areBeingWritten else { return }
        close()
    }

    private func close() {
        isClosed = true
        legs.endSession()
        // The script holds its services, which is this object.
        script = nil
        guardrails.closed(self)
    }
}

// MARK: Money

extension CallSession {
    private var today: TariffDay { TariffDay(unixSeconds: core.clock().seconds) }

    private func remoteKind(_ party: RatedParty, _ direction: CallDirection) -> LegRecord.RemoteKind {
        switch party {
        case .user: .user
        case .sip, .voip: .sip
        case .pstn: tariff.row(direction, party, on: today)?.isMobile == true ? .mobile : .pstn
        }
    }

    /// Makes an outgoing leg: at once when it costs nothing, else when money is held for its first step.
    private func dial(
        _ command: CallCommand, _ leg: CallID, from caller: String, to remote: String, _ party: RatedParty
    ) {
        let record = LegRecord(
            id: leg, startedAt: core.clock(), localNumber: caller, remoteNumber: remote,
            remoteKind: remoteKind(party, .outgoing), isIncoming: false)
        do {
            let price = try tariff.price(.outgoing, party, on: today)
            note(record, price: price)
            guard !price.isFree else { return legs.execute(command) }
            try guardrails.begin()
            counted.insert(leg)
            pending.wait(leg, with: command)
            hold(leg, price)
        } catch let refusal as AccountBrake.Refusal {
            refuse(leg, code: refusal.code, reason: refusal.reason)
        } catch QuoteError.noPrice where party != .pstn(remote) {
            note(record, price: nil)
            legs.execute(command)
        } catch {
            note(record, price: nil)
            refuse(leg, code: 403, reason: "Destination Not Allowed")
        }
    }

    /// Makes a leg to a SIP address or a number once it is known that the account may.
    private func dial(_ command: CallCommand, _ leg: CallID, _ call: OutgoingSIPCall) {
        let number = dialledNumbers[call.uri]
        let dial = { [self] in
            self.dial(
                command, leg, from: call.callerID, to: number ?? call.uri, number.map(RatedParty.pstn) ?? .sip)
        }
        guard let permits, let question = permits.question(call, toNumber: number), !isOfPlatform else {
            return dial()
        }
        pending.wait(leg, with: command)
        permits.answer(question, on: storage.eventLoop).assumeIsolated().whenSuccess { refusal in
            // A leg that was given up meanwhile is not made.
            guard let commands = self.pending.release(leg) else { return }
            if let refusal { return self.refuse(leg, refusal, from: call.callerID, to: number ?? call.uri) }
            dial()
            for command in commands.dropFirst() { self.execute(command) }
        }
    }

    /// The platform's own session, which calls a number to speak a code.
    private var isOfPlatform: Bool { plan.ruleID.rawValue == 0 }

    private func refuse(_ leg: CallID, _ refusal: OutgoingPermits.Refusal, from caller: String, to remote: String) {
        note(
            LegRecord(
                id: leg, startedAt: core.clock(), localNumber: caller, remoteNumber: remote, remoteKind: .sip,
                isIncoming: false), price: nil)
        receive(.failed(leg, code: refusal.code, reason: refusal.reason, headers: [:]))
    }

    /// Reports a leg that is not made, once `execute` has returned.
    private func refuse(_ leg: CallID, code: Int, reason: String) {
        storage.eventLoop.assumeIsolated().execute {
            self.receive(.failed(leg, code: code, reason: reason, headers: [:]))
        }
    }

    private func hold(_ leg: CallID, _ price: CallPrice) {
        let hold = CallHold(
            key: .init(session: id, leg: leg), account: plan.accountID, price: price,
            hourlyLimit: core.configuration.limits.spending(plan.currency))
        let (history, clock) = (core.history, core.clock)
        let answer = history.perform("money held", on: storage.eventLoop) { transaction in
            try HoldStore(transaction: transaction, now: clock()).answer { try $0.open(hold) }
        }
        answer.assumeIsolated().whenComplete { self.decided(leg, hold, $0) }
    }

    private func decided(_ leg: CallID, _ hold: CallHold, _ answer: Result<Result<Int, MoneyRefusal>, any Error>) {
        // A leg that was given up meanwhile lets go of its hold when it is written down as ended.
        guard let commands = pending.release(leg) else { return }
        switch answer {
        case .success(.success(let through)):
            meters.open(hold, paidThrough: through)
            if let first = commands.first { legs.execute(first) }
            for command in commands.dropFirst() { execute(command) }
        case .success(.failure(let refusal)):
            receive(.failed(leg, code: refusal.status, reason: refusal.phrase, headers: [:]))
        case .failure:
            receive(.failed(leg, code: 500, reason: "Server Internal Error", headers: [:]))
        }
    }

    private func meet(_ demand: LegMeters.Demand) {
        switch demand {
        case .warn(let leg): if let command = warnings.begin(leg) { legs.execute(command) }
        case .end(let reason):
            terminate(reason.finish)
            // A script that has broken down ends nothing any more.
            for leg in ledger.openLegs { legs.execute(.hangup(leg, code: 402, headers: [:])) }
        }
    }
}

extension CallMeter.EndReason {
    /// What the history says of a session that ended so.
    var finish: SessionFinishReason {
        switch self {
        case .refused(.insufficientFunds): .insufficientFunds
        case .refused: .administrative
        case .noAnswer: .billingTimeout
        }
    }
}

extension CallSession: CallControl {
    /// Notes new legs, then passes the command on.
    func execute(_ command: CallCommand) {
        if case .hangup(let leg, _, _) = command, pending.release(leg) != nil {
            return refuse(leg, code: 487, reason: "Request Terminated")
        }
        guard !pending.take(command) else { return }
        switch command {
        case .callUser(let leg, let call): dial(command, leg, from: call.callerID, to: call.username, .user)
        case .callSIP(let leg, let call): dial(command, leg, call)
        case .callConference(let leg, let call):
            dial(command, leg, from: call.callerID, to: call.conference, .voip)
        default:
            files.note(command)
            legs.execute(command)
            if let next = warnings.note(command) { legs.execute(next) }
        }
    }

    /// The script has ended in good order: no event of a leg follows, so their rows end here.
    func endSession() {
        let now = core.clock()
        pending.releaseAll()
        for leg in ledger.openLegs {
            if let end = ledger.abandon(leg, at: now, paidThrough: meters.close(leg)) { finish(leg, end) }
        }
        files.stopAll()
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

    func callCustomDataChanged(_ leg: CallID, to text: String) {
        let id = id
        core.history.enqueue("custom data of a leg") {
            try SessionHistory(transaction: $0).setCustomData(text, of: leg, in: id)
        }
    }

    func logFinished() {
        if let logPath { files.logFinished(at: logPath) }
    }

    /// Numbers are dialled through the operator's trunks, and only those that have a price.
    func outgoingCall(toNumber number: String, callerID: String) -> OutgoingSIPCall? {
        let digits = number.filter { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, tariff.row(.outgoing, .pstn(digits), on: today) != nil
        else { return nil }
        let ways = core.configuration.dialPlan.ways(to: digits, callerID: callerID, application: plan.domain)
        guard !ways.isEmpty else { return nil }
        // Stands for the number; the ways say what is really called.
        let uri = "sip:\(digits)@numbers.invalid;user=phone"
        dialledNumbers[uri] = digits
        return OutgoingSIPCall(uri: uri, callerID: callerID, ways: ways)
    }
}
