import AsyncHTTPClient
import CallControl
import Logging
import Media
import NIOCore
import NIOPosix
import Synchronization

@testable import VoiceEngine

/// An engine with one session, and everything that the session was told.
final class UnitStage: Sendable {
    let engine: VoiceEngine
    private let group: MultiThreadedEventLoopGroup
    private let client: HTTPClient
    private let session: NIOLoopBound<EngineSession>
    private let router: NoCalls
    private let journal = Mutex(Journal())

    private struct Journal {
        var events: [CallEvent] = []
        var waiters: [(find: @Sendable ([CallEvent]) -> CallEvent?, promise: EventLoopPromise<CallEvent?>)] = []
    }

    static func run(
        folders: [String] = [], google: GoogleSpeechConfiguration? = nil,
        adjust: (inout VoiceEngineConfiguration) -> Void = { _ in },
        _ body: (UnitStage) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var web = HTTPClient.Configuration()
        web.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: web)
        var configuration = VoiceEngineConfiguration(
            sipAddress: "127.0.0.1", sipPort: 0, rtpAddress: "127.0.0.1", rtpPorts: 30_000...31_999, trunks: [],
            realm: "test", soundFolders: folders, googleSpeech: google)
        adjust(&configuration)
        let engine = try VoiceEngine(
            configuration: configuration, eventLoop: group.next(), httpClient: client, logger: Logger(label: "test"))
        let stage = try await UnitStage(engine, group, client)
        do {
            try await body(stage)
        } catch {
            try await stage.end()
            throw error
        }
        try await stage.end()
    }

    private init(_ engine: VoiceEngine, _ group: MultiThreadedEventLoopGroup, _ client: HTTPClient) async throws {
        self.engine = engine
        self.group = group
        self.client = client
        router = NoCalls(eventLoop: engine.eventLoop)
        try await engine.start(router: router)
        session = try await engine.eventLoop.submit {
            NIOLoopBound(engine.makeSession(), eventLoop: engine.eventLoop)
        }.get()
    }

    /// Where recordings of the session go; nil for nowhere.
    func begin(recordings target: (@Sendable (CallID) -> RecordingTarget?)? = nil) async throws {
        try await engine.eventLoop.submit {
            if let target { self.session.value.recordingTarget = target }
            self.session.value.onEvent = { [weak self] in self?.note($0) }
        }.get()
    }

    /// Returns when what the commands do at once has been reported.
    func execute(_ commands: CallCommand...) async throws {
        try await engine.eventLoop.submit { for command in commands { self.session.value.execute(command) } }.get()
        // Events of a command come behind it.
        try await engine.eventLoop.submit {}.get()
    }

    func endSession() async throws { try await engine.eventLoop.submit { self.session.value.endSession() }.get() }

    var events: [CallEvent] { journal.withLock { $0.events } }

    func events(of unit: UnitID) -> [UnitEvent] {
        events.compactMap { if case .unit(unit, let event) = $0 { event } else { nil } }
    }

    /// The first event that fits, whenever it comes; nil after a minute.
    func first(_ fits: @escaping @Sendable (CallEvent) -> Bool) async throws -> CallEvent? {
        try await wait { $0.first(where: fits) }
    }

    /// Whether the event comes that often, within a minute.
    func first(of unit: UnitID, _ wanted: UnitEvent, times: Int = 1) async throws -> Bool {
        try await wait { $0.filter { $0 == .unit(unit, wanted) }.dropFirst(times - 1).first } != nil
    }

    /// What is found among all events so far, as soon as it is; nil after a minute.
    private func wait(_ find: @escaping @Sendable ([CallEvent]) -> CallEvent?) async throws -> CallEvent? {
        let promise = engine.eventLoop.makePromise(of: CallEvent?.self)
        let found = journal.withLock { journal -> CallEvent? in
            if let event = find(journal.events) { return event }
            journal.waiters.append((find, promise))
            return nil
        }
        if let found { promise.succeed(found) }
        let limit = engine.eventLoop.scheduleTask(in: .seconds(60)) { promise.succeed(nil) }
        defer { limit.cancel() }
        return try await promise.futureResult.get()
    }

    private func note(_ event: CallEvent) {
        journal.withLock { journal in
            journal.events.append(event)
            journal.waiters.removeAll { waiter in
                guard let found = waiter.find(journal.events) else { return false }
                waiter.promise.succeed(found)
                return true
            }
        }
    }

    private func end() async throws {
        try await endSession()
        await engine.shutdown()
        try await client.shutdown()
        try await group.shutdownGracefully()
    }
}

/// A platform that takes no calls.
private final class NoCalls: CallRouter, Sendable {
    private let eventLoop: any EventLoop
    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }
    func secret(of user: UserAddress) -> EventLoopFuture<UserSecret?> { eventLoop.makeSucceededFuture(nil) }
    func trusts(_ address: String, domain: String) -> EventLoopFuture<Bool> { eventLoop.makeSucceededFuture(false) }
    func admit(_ arrival: CallArrival, session: EngineSession) -> EventLoopFuture<Admission> {
        eventLoop.makeSucceededFuture(.rejected(status: 404, reason: "Not Found"))
    }
}
