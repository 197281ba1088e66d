import CallControl
import Foundation
import NIOCore

@testable import ScenarioRuntime

/// One session on a stage.
final class Performance: @unchecked Sendable {  // What is not constant is used on the event loop only.
    let stage: Stage
    let control = FakeCallControl()
    let services: FakeServices
    private(set) var session: ScenarioSession!
    private let ended: EventLoopPromise<SessionEnd>
    private let logFile: String
    /// Lines of the log so far, without stamps.
    private(set) var lines: [String] = []

    init(stage: Stage, start: SessionStart) {
        self.stage = stage
        services = FakeServices(eventLoop: stage.eventLoop)
        ended = stage.eventLoop.makePromise()
        logFile = start.logFile ?? ""
        session = stage.runtime.startSession(
            start, control: control, services: services, onLogLine: { [weak self] in self?.lines.append($0) },
            onEnd: { [ended] in ended.succeed($0) })
    }

    /// Waits until the script has nothing to do.
    func settle() async throws {
        try await stage.eventLoop.flatSubmit { [self] in session.whenIdle() }.get()
    }

    func deliver(_ events: CallEvent...) async throws {
        for event in events {
            try await on { [self] in session.deliver(event) }
            try await settle()
        }
    }

    func request(_ content: String) async throws -> ControlReply {
        try await stage.eventLoop.flatSubmit { [self] in
            session.deliverHTTPRequest(method: "POST", path: "/request/a/b", content: content)
        }.get()
    }

    /// Waits until a request of another task has reached the script, and the script has finished with it.
    func waitForRequest() async throws {
        while try await on({ [self] in session.replies.isEmpty }) { await Task.yield() }
        try await settle()
    }

    /// Moves the clock; after each timer the script finishes what the timer caused.
    func advance(seconds: Double) async throws {
        let target = try await on { [self] in stage.clock.unixMilliseconds + Int64(seconds * 1000) }
        while try await on({ [self] in stage.clock.runNext(until: target) }) { try await settle() }
    }

    /// Answers the oldest request; false when there is none.
    func answerNextRequest(_ result: ScenarioHTTPResult) async throws -> Bool {
        let isAnswered = try await on { [self] in
            guard !stage.http.pending.isEmpty else { return false }
            stage.http.pending.removeFirst().succeed(result)
            return true
        }
        try await settle()
        return isAnswered
    }

    /// Waits for the end of the session.
    func end() async throws -> SessionEnd { try await ended.futureResult.get() }

    /// Waits for the end and for the log, and reads it.
    func log() async throws -> [String] {
        try await services.logDone.futureResult.get()
        let text = try String(contentsOfFile: logFile, encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    /// The log without its stamps.
    func logTexts() async throws -> [String] { try await log().map { String($0.dropFirst(20)) } }

    /// Lines that the script itself wrote, in scenarios that prefix them with `> `.
    func notes() async throws -> [String] {
        try await logTexts().filter { $0.hasPrefix("> ") }.map { String($0.dropFirst(2)) }
    }

    var commands: [CallCommand] {
        get async throws { try await on { [self] in control.commands } }
    }

    func on<Value: Sendable>(_ action: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await stage.eventLoop.submit(action).get()
    }
}
