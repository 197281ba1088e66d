import Billing
import CallControl
import Logging
import NIOCore
import ScenarioRuntime
import Storage
import VoiceEngine

/// Starts sessions for calls and for the management API, and finds them by their control URL.
final class SessionHost: @unchecked Sendable {  // State is used on `eventLoop` only.
    let eventLoop: any EventLoop
    let core: PlatformCore
    private let desk: AdmissionDesk
    private let scripts: any ScriptStarting
    private let makeLegs: () -> any SessionLegs
    private var byPath: [String: CallSession] = [:]
    private(set) var running: [SessionID: CallSession] = [:]
    /// Conferences that run or begin, by application and name.
    var conferences: [ConferenceKey: EventLoopFuture<StartedSession>] = [:]
    private let clock: any CallClock
    private var brake: AccountBrake
    private var counter = 0
    private var isDraining = false
    private var idleWaiters: [EventLoopPromise<Void>] = []

    /// - Parameter clock: Tells how long calls talk; without one that of the event loop.
    init(
        core: PlatformCore, eventLoop: any EventLoop, scripts: any ScriptStarting, clock: (any CallClock)? = nil,
        makeLegs: @escaping () -> any SessionLegs
    ) {
        self.core = core
        self.clock = clock ?? EventLoopCallClock(eventLoop: eventLoop)
        self.eventLoop = eventLoop
        self.scripts = scripts
        self.makeLegs = makeLegs
        desk = AdmissionDesk(directory: core.directory, tariffs: core.tariffs)
        brake = AccountBrake(
            limits: .init(
                callsAtOnce: core.configuration.limits.sessionsPerAccount,
                callsPerSecond: core.configuration.limits.callsPerSecond))
    }

    /// Nothing new starts from now on.
    func drain() { isDraining = true }

    /// Completes when no session runs, or after a time.
    func whenIdle(within limit: TimeAmount) -> EventLoopFuture<Void> {
        eventLoop.assertInEventLoop()
        guard !running.isEmpty else { return eventLoop.makeSucceededVoidFuture() }
        let promise = eventLoop.makePromise(of: Void.self)
        idleWaiters.append(promise)
        eventLoop.scheduleTask(in: limit) { self.releaseWaiters() }
        return promise.futureResult
    }

    private func releaseWaiters() {
        for waiter in idleWaiters { waiter.succeed() }
        idleWaiters = []
    }

    /// Ends every session in good order.
    func terminateAll(_ reason: SessionFinishReason) {
        for session in running.values { session.terminate(reason) }
    }

    // MARK: Starting

    struct ConferenceKey: Hashable, Sendable {
        let application: ApplicationID
        let name: String
    }

    struct Prepared: Sendable {
        let record: SessionRecord
        let party: RatedParty
        /// Nil for a session that no call starts.
        let price: CallPrice?
        let incoming: IncomingCall?
        let accessName: String
        /// False for a session whose log would tell its account a secret.
        var hasLog = true
        var conferenceName: String?
    }

    /// A session whose row is written.
    struct Opened: Sendable {
        let start: SessionStart
        let held: Held?

        /// Money that is held for the call, and until which second it talks for that.
        struct Held: Sendable {
            let hold: CallHold
            let through: Int
        }
    }

    /// Writes the session's row, which a crash of the program then cannot hide, and holds the price of its call's first
    /// step.
    ///
    /// A power cut that takes both back ends the call too.
    /// - Throws: ``MoneyRefusal``; then neither is written.
    func open(_ prepared: Prepared) async throws -> Opened {
        let record = prepared.record
        let now = core.clock()
        let limit = core.configuration.limits.spending(record.plan.currency)
        let (id, held) = try await core.database.write(.soon) { transaction -> (SessionID, Opened.Held?) in
            let id = try SessionHistory(transaction: transaction).insert(record)
            guard let price = prepared.price, !price.isFree, let leg = prepared.incoming?.id else { return (id, nil) }
            let hold = CallHold(
                key: .init(session: id, leg: leg), account: record.plan.accountID, price: price, hourlyLimit: limit)
            let through = try HoldStore(transaction: transaction, now: now).open(hold)
            return (id, Opened.Held(hold: hold, through: through))
        }
        return Opened(start: start(id, prepared), held: held)
    }

    /// What the script of a session begins with.
    private func start(_ id: SessionID, _ prepared: Prepared) -> SessionStart {
        let record = prepared.record
        let keepsLog = prepared.hasLog && !core.storage.isFull(record.plan.accountID)
        let configuration = core.effectiveConfiguration()
        let urls = PublicURLs(configuration)
        let path = AccessPath.text(
            name: prepared.accessName, address: configuration.mediaServerAddress,
            token: RandomToken.hexadecimal(bytes: 8))
        var start = SessionStart(
            sessionID: id, accountID: record.plan.accountID, applicationID: record.plan.applicationID,
            userID: record.userID?.rawValue, accessURL: urls.access(path), accessSecureURL: urls.accessSecure(path),
            logURL: urls.log(record.logName),
            scenarios: record.plan.scenarios.map { ScenarioSource(name: $0.name, text: $0.script) },
            trust: configuration.scenarioTrust == .operatorPublished
                ? .operatorPublished : .account,
            customData: record.customData, logFile: keepsLog ? core.files.logPath(record.logName) : nil,
            incoming: prepared.incoming, conferenceName: prepared.conferenceName)
        start.domainName = record.plan.domain
        start.rule = SessionRule(id: record.plan.ruleID.rawValue, name: record.plan.ruleName)
        start.limits = configuration.scripts.limits(of: record.plan.accountName)
        return start
    }

    func run(_ opened: Opened, _ prepared: Prepared, _ legs: any SessionLegs) -> CallSession {
        eventLoop.assertInEventLoop()
        let start = opened.start
        let account = start.accountID
        let urls = PublicURLs(core.effectiveConfiguration())
        let path = String(start.accessURL.dropFirst(urls.base.count))
        let session = CallSession(
            id: start.sessionID, plan: prepared.record.plan, accessPath: path, core: core, legs: legs,
            conferenceName: prepared.conferenceName, eventLoop: eventLoop, clock: clock,
            guardrails: .init(
                begin: { [weak self] () throws(AccountBrake.Refusal) in try self?.countPaidCall(of: account) },
                end: { [weak self] in self?.brake.end(.paidCall, of: account) },
                closed: { [weak self] session in self?.closed(session) }))
        running[session.id] = session
        byPath[path] = session
        session.begin(
            start, party: prepared.party, price: prepared.price, held: opened.held.map { ($0.hold, $0.through) },
            with: scripts)
        return session
    }

    private func closed(_ session: CallSession) {
        running[session.id] = nil
        byPath[session.accessPath] = nil
        if let name = session.conferenceName {
            conferences[ConferenceKey(application: session.plan.applicationID, name: name)] = nil
        }
        release(session.plan.accountID)
        if running.isEmpty { releaseWaiters() }
    }

    /// Counts a session of an account in.
    func reserve(_ account: AccountID) throws {
        guard !isDraining else { throw ShuttingDown() }
        try brake.begin(.session, of: account, at: core.clock())
    }

    struct ShuttingDown: Error {}

    func release(_ account: AccountID) { brake.end(.session, of: account) }

    private func countPaidCall(of account: AccountID) throws(AccountBrake.Refusal) {
        try brake.begin(.paidCall, of: account, at: core.clock())
    }

    func record(
        _ plan: SessionPlan, user: UserID?, initiator: String, customData: String? = nil
    ) -> SessionRecord {
        SessionRecord(
            plan: plan, userID: user, startedAt: core.clock(), initiatorAddress: initiator,
            mediaServerAddress: core.configuration.mediaServerAddress, logName: PlatformFiles.newLogName(),
            customData: customData)
    }
}

// MARK: Calls

extension SessionHost: CallRouter {
    func secret(of user: UserAddress) -> EventLoopFuture<UserSecret?> {
        let directory = core.directory
        return eventLoop.makeFutureWithTask {
            try await directory.user(user.username, domain: user.domain).map {
                UserSecret(md5: $0.credential.ha1MD5, sha256: $0.credential.ha1SHA256)
            }
        }
    }

    func trusts(_ address: String, domain: String) -> EventLoopFuture<Bool> {
        let directory = core.directory
        return eventLoop.makeFutureWithTask {
            try await directory.application(domain: domain)?.whiteList.contains { $0.contains(address) } ?? false
        }
    }

    func admit(_ arrival: CallArrival, session: EngineSession) -> EventLoopFuture<Admission> {
        admit(arrival, legs: session)
    }

    /// Decides about a call and starts its session.
    func admit(_ arrival: CallArrival, legs: any SessionLegs) -> EventLoopFuture<Admission> {
        eventLoop.assertInEventLoop()
        let box = LegsBox(legs: legs)
        return eventLoop.makeFutureWithTask { [self] in
            let today = TariffDay(unixSeconds: core.clock().seconds)
            let decision = try await desk.decide(AdmissionRequest(arrival), on: today)
            guard case .session(let plan, let party, let price) = decision else { return decision.refusal }
            if case .conference = arrival.source {
                let guest = ConferenceGuest(arrival: arrival, plan: plan, party: party, price: price, legs: box)
                return try await welcome(guest)
            }
            do {
                try await eventLoop.submit { try self.reserve(plan.accountID) }.get()
            } catch {
                let reason = (error as? AccountBrake.Refusal)?.reason ?? "Service Unavailable"
                return .rejected(status: 503, reason: reason)
            }
            do {
                let user = try await user(of: arrival)
                let prepared = Prepared(
                    record: record(plan, user: user, initiator: arrival.remoteAddress), party: party, price: price,
                    incoming: IncomingCall(arrival, domain: plan.domain), accessName: arrival.id.rawValue)
                let opened = try await open(prepared)
                try await eventLoop.submit { _ = self.run(opened, prepared, box.legs) }.get()
                return .accepted
            } catch {
                try await eventLoop.submit { self.release(plan.accountID) }.get()
                guard let refusal = error as? MoneyRefusal else { throw error }
                return .rejected(status: refusal.status, reason: refusal.phrase)
            }
        }
    }

    private func user(of arrival: CallArrival) async throws -> UserID? {
        guard case .user(let address) = arrival.source else { return nil }
        return try await core.directory.user(address.username, domain: address.domain)?.id
    }
}

/// Carries legs through a task and back to their event loop.
struct LegsBox: @unchecked Sendable {  // Touched on the event loop only.
    let legs: any SessionLegs
}

extension AdmissionRequest {
    init(_ arrival: CallArrival) {
        let source: Source =
            switch arrival.source {
            case .trunk: .trunk
            case .user(let address): .user(name: address.username, domain: address.domain)
            case .registration(let id): .registration(id)
            case .network(let domain): .network(domain: domain)
            case .conference(let domain): .conference(domain: domain)
            }
        self.init(source: source, destination: arrival.destination, caller: arrival.callerID)
    }
}

extension AdmissionDecision {
    /// The engine's form of a refusal.
    var refusal: Admission {
        guard case .reject(let code, let reason) = self else { return .accepted }
        return .rejected(status: code, reason: reason)
    }
}

extension IncomingCall {
    /// The call as the scenario sees it, with addresses in the application's domain.
    init(_ arrival: CallArrival, domain: String) {
        self.init(
            id: arrival.id, callerID: arrival.callerID, destination: arrival.destination,
            displayName: arrival.displayName, fromURI: "sip:\(arrival.callerID)@\(domain)",
            toURI: "sip:\(arrival.destination)@\(domain)", headers: arrival.headers, divertedFrom: arrival.divertedFrom)
    }
}

// MARK: Management API

extension SessionHost: SessionHosting {
    func start(_ start: ScenarioStart) async throws -> StartedSession {
        guard let name = start.conferenceName else { return try await run(start) }
        let key = ConferenceKey(application: start.plan.applicationID, name: name)
        // Of two requests at the same time the second joins what the first starts.
        return try await eventLoop.flatSubmit { [self] in
            if let present = conferences[key] { return present }
            let made = eventLoop.makeFutureWithTask { try await self.run(start) }
            conferences[key] = made
            made.whenFailure { _ in self.conferences[key] = nil }
            return made
        }.get()
    }

    func call(_ verification: VerificationCall) async throws {
        let account = verification.account
        let domain = SIPDomain.text(
            application: "verification", account: account.name, platform: core.configuration.domain)
        let plan = SessionPlan(
            accountID: account.id, accountName: account.name, currency: account.currency,
            applicationID: ApplicationID(rawValue: 0), domain: domain, ruleID: RuleID(rawValue: 0),
            ruleName: "caller id verification",
            scenarios: [ScenarioText(name: "verification", script: verification.script)])
        _ = try await run(
            ScenarioStart(plan: plan, userID: nil, customData: nil, initiatorAddress: "", conferenceName: nil),
            hasLog: false)
    }

    private func run(_ start: ScenarioStart, hasLog: Bool = true) async throws -> StartedSession {
        do {
            try await eventLoop.submit { try self.reserve(start.plan.accountID) }.get()
        } catch AccountBrake.Refusal.tooFast {
            throw APIError(code: 340, message: "The account starts sessions too fast.")
        } catch {
            throw APIError(code: 314, message: "The account runs as many sessions as it may.")
        }
        do {
            let number = try await eventLoop.submit { self.nextNumber() }.get()
            let name = AccessPath.name(
                random: RandomToken.hexadecimal(bytes: 8), time: core.clock(), counter: number)
            let prepared = Prepared(
                record: record(
                    start.plan, user: start.userID, initiator: start.initiatorAddress, customData: start.customData),
                party: .voip, price: nil, incoming: nil, accessName: name, hasLog: hasLog,
                conferenceName: start.conferenceName)
            let opened = try await open(prepared)
            let path = try await eventLoop.submit {
                self.run(opened, prepared, self.makeLegs()).accessPath
            }.get()
            return StartedSession(id: opened.start.sessionID, accessPath: path)
        } catch {
            try await eventLoop.submit { self.release(start.plan.accountID) }.get()
            throw error
        }
    }

    private func nextNumber() -> Int {
        counter += 1
        return counter
    }

    func takesSessions() async -> Bool {
        (try? await eventLoop.submit { [self] in !isDraining }.get()) ?? false
    }

    func deliver(_ request: ControlURLRequest) async -> ControlURLAnswer {
        let control = ControlRequest(
            method: request.method, path: request.path, content: request.content, headers: request.headers)
        let reply = try? await eventLoop.flatSubmit { [self] in
            byPath[request.path]?.request(control) ?? eventLoop.makeSucceededFuture(.sessionGone)
        }.get()
        switch reply {
        case .answered(let body, let type): return .answered(body: body, contentType: type)
        case .sessionGone, nil: return .gone
        case .timedOut: return .timedOut
        }
    }
}
