import CallControl
import NIOCore
import ScenarioRuntime

/// Web servers, mail servers and WebSockets of the test; used on the event loop only.
final class StagedServers: ScenarioHTTPClient, ScenarioMailClient, ScenarioSocketClient, @unchecked Sendable {
    private let clock: StageClock
    private var rules: [WebRule] = []
    private var uses: [Int] = []
    var note: ((String) -> Void)?
    /// Requests for which the test has no rule.
    private(set) var unexpected: [String] = []

    init(clock: StageClock) { self.clock = clock }

    /// Begins anew with the rules of a test.
    func reset(rules: [WebRule], note: @escaping (String) -> Void) {
        self.rules = rules
        self.note = note
        uses = rules.map { _ in 0 }
        unexpected = []
    }

    func send(_ request: ScenarioHTTPRequest, on eventLoop: any EventLoop) -> EventLoopFuture<ScenarioHTTPResult> {
        let text = "\(request.method) \(request.url) \(String(decoding: request.body, as: UTF8.self))"
        note?(text)
        let promise = eventLoop.makePromise(of: ScenarioHTTPResult.self)
        let (delay, result) = answer(to: request, text)
        _ = clock.schedule(afterMilliseconds: delay) { promise.succeed(result) }
        return promise.futureResult
    }

    private func answer(to request: ScenarioHTTPRequest, _ text: String) -> (Int64, ScenarioHTTPResult) {
        let index = rules.indices.first { index in
            let rule = rules[index]
            return rule.url.isFound(in: request.url) && (rule.method ?? request.method) == request.method
                && rule.holds.allSatisfy { $0.isFound(in: text) } && uses[index] < rule.times ?? .max
        }
        guard let index else {
            unexpected.append(text)
            return (0, .failure(.connection, "the test has no web rule for this request"))
        }
        uses[index] += 1
        let rule = rules[index]
        let limit = Int64(request.timeoutSeconds) * 1000
        switch rule.outcome {
        case .unreachable: return (rule.delay.milliseconds, .failure(.connection, "connection refused"))
        case .unknownHost: return (rule.delay.milliseconds, .failure(.hostNotFound, "host not found"))
        case .timeout: return (limit, .failure(.timeout, "no answer in time"))
        case .answer where rule.delay.milliseconds > limit: return (limit, .failure(.timeout, "no answer in time"))
        case .answer(let status, let type, let body):
            return (
                rule.delay.milliseconds,
                ScenarioHTTPResult(
                    code: status, headers: [HTTPField(name: "Content-Type", value: type)], body: Array(body.utf8))
            )
        }
    }

    /// Every mail is taken.
    func send(_ request: MailRequest, on eventLoop: any EventLoop) -> EventLoopFuture<MailResult> {
        note?(
            "MAIL \(request.server) to \(request.message.receivers.joined(separator: ", ")) \(request.message.subject)")
        let promise = eventLoop.makePromise(of: MailResult.self)
        _ = clock.schedule(afterMilliseconds: 200) { promise.succeed(MailResult(code: 250)) }
        return promise.futureResult
    }

    /// Every WebSocket opens, takes texts, and says nothing.
    func open(
        _ request: ScenarioSocketRequest, on eventLoop: any EventLoop,
        onEvent: @escaping (ScenarioSocketEvent) -> Void
    ) -> any ScenarioSocket {
        note?("WEBSOCKET \(request.url)")
        _ = clock.schedule(afterMilliseconds: 50) { onEvent(.opened) }
        return StagedSocket(clock: clock, note: note, onEvent: onEvent)
    }
}

private final class StagedSocket: ScenarioSocket {
    private let clock: StageClock
    private let note: ((String) -> Void)?
    private let onEvent: (ScenarioSocketEvent) -> Void

    init(clock: StageClock, note: ((String) -> Void)?, onEvent: @escaping (ScenarioSocketEvent) -> Void) {
        self.clock = clock
        self.note = note
        self.onEvent = onEvent
    }

    func send(_ text: String) { note?("WEBSOCKET sends \(text)") }

    func close(code: Int, reason: String) {
        _ = clock.schedule(afterMilliseconds: 20) { [onEvent] in
            onEvent(.closed(code: code, reason: reason, wasClean: true))
        }
    }
}
