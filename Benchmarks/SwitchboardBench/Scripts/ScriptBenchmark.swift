import CallControl
import Foundation
import NIOCore
import NIOPosix
import ScenarioRuntime

/// Measures how long a script session takes to start: from the call's arrival to the script's first command.
struct ScriptBenchmark {
    var sessions = 200
    var worker: String
    /// Folder of the call scenario.
    var scenarios: String

    enum Failure: Error { case noWorker, noCommand }

    func run() async throws -> [Figure] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let configuration = RuntimeConfiguration(workerExecutable: worker)
        let source = ScenarioSource(name: "bitrix24", text: try text())
        let runtime = ScenarioRuntime(configuration: configuration, eventLoop: loop, httpClient: NoNetwork())
        try await runtime.start().get()
        do {
            let figures = try await measure(runtime, source)
            try await runtime.shutdown().get()
            return figures
        } catch {
            try? await runtime.shutdown().get()
            throw error
        }
    }

    private func measure(_ runtime: ScenarioRuntime, _ source: ScenarioSource) async throws -> [Figure] {
        for number in 0..<20 { _ = try await session(runtime, source, number) }
        let before = workersTime()
        var times = Samples()
        for number in 0..<sessions { times.add(try await session(runtime, source, number)) }
        let used = (workersTime() - before) * 1000 / Double(sessions)
        return [
            .measured("call.script_start_ms", times.median, "ms, median"),
            .measured("call.script_start_p95_ms", times.percentile(0.95), "ms, 95 of 100"),
            .measured("script.start_and_end_cpu_ms", used, "ms per session"),
        ]
    }

    private func workersTime() -> Double {
        ProcessFigures.descendants(of: getpid()).reduce(0) { $0 + (ProcessFigures(of: $1)?.cpu ?? 0) }
    }

    /// Milliseconds until the first command of a session that is ended right after it.
    private func session(_ runtime: ScenarioRuntime, _ source: ScenarioSource, _ number: Int) async throws -> Double {
        let loop = runtime.eventLoop
        let (first, ended) = (loop.makePromise(of: NIODeadline.self), loop.makePromise(of: Void.self))
        let begun = NIODeadline.now()
        let start = Self.start(source, number)
        try await loop.submit {
            let control = FirstCommand(promise: first)
            let session = runtime.startSession(start, control: control, services: NoServices(eventLoop: loop)) { _ in
                first.fail(Failure.noCommand)
                ended.succeed()
            }
            first.futureResult.assumeIsolated().whenSuccess { _ in
                loop.assumeIsolated().execute { session.terminate(.normalTermination) }
            }
        }.get()
        let time = try await first.futureResult.get() - begun
        try await ended.futureResult.get()
        return Double(time.nanoseconds) / 1e6
    }

    private static func start(_ source: ScenarioSource, _ number: Int) -> SessionStart {
        let incoming = IncomingCall(
            id: CallID(rawValue: "call-\(number)"), callerID: "79112233444", destination: BenchCompany.number,
            displayName: "79112233444", fromURI: "sip:79112233444@carrier.example",
            toURI: "sip:\(BenchCompany.number)@127.0.0.1", headers: [:])
        return SessionStart(
            sessionID: SessionID(rawValue: Int64(number + 1)), accountID: AccountID(rawValue: 1),
            applicationID: ApplicationID(rawValue: 1), accessURL: "http://127.0.0.1/request/a/b",
            accessSecureURL: "https://127.0.0.1/request/a/b", logURL: "http://127.0.0.1/log/a", scenarios: [source],
            trust: .operatorPublished, incoming: incoming)
    }

    /// The scenario's files as the controller joins them, behind constants of its kind.
    private func text() throws -> String {
        let constants = """
            const CONTROLLER_URL = "http://127.0.0.1:9";
            const PORTAL_ID = "bench";
            const REQUEST_KEY = "\(String(repeating: "00", count: 32))";
            const SCENARIO_VERSION = 1;

            """
        let names = try FileManager.default.contentsOfDirectory(atPath: scenarios).filter { $0.hasSuffix(".js") }
            .sorted()
        return constants
            + (try names.map { try String(contentsOfFile: "\(scenarios)/\($0)", encoding: .utf8) })
            .joined(separator: "\n")
    }
}

/// Notes when the first command comes.
private final class FirstCommand: CallControl {
    private let promise: EventLoopPromise<NIODeadline>

    init(promise: EventLoopPromise<NIODeadline>) { self.promise = promise }

    func execute(_ command: CallCommand) { promise.succeed(.now()) }
    func endSession() {}
}

/// A network in which nothing answers.
private struct NoNetwork: ScenarioHTTPClient {
    func send(_ request: ScenarioHTTPRequest, on eventLoop: any EventLoop) -> EventLoopFuture<ScenarioHTTPResult> {
        eventLoop.makeSucceededFuture(.failure(.connection, "the benchmark has no network"))
    }
}

/// An application without storage.
private final class NoServices: SessionServices {
    private let eventLoop: any EventLoop

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func storageGet(key: String) -> EventLoopFuture<StoredItem?> { eventLoop.makeSucceededFuture(nil) }
    func storagePut(key: String, value: String, ttlSeconds: Int) -> EventLoopFuture<StoredItem> {
        eventLoop.makeSucceededFuture(StoredItem(key: key, value: value))
    }
    func storageRemove(key: String) -> EventLoopFuture<StoredItem?> { eventLoop.makeSucceededFuture(nil) }
    func storageKeys(pattern: String?, count: Int) -> EventLoopFuture<[String]> {
        eventLoop.makeSucceededFuture([])
    }
    func customDataChanged(to text: String) {}
}
