import CallControl
import NIOCore
import ScenarioRuntime

/// Notes the commands of a session.
final class FakeCallControl: CallControl {
    var commands: [CallCommand] = []
    var hasEnded = false

    func execute(_ command: CallCommand) { commands.append(command) }
    func endSession() { hasEnded = true }
}

/// An application's storage in memory, and what the session told its owner.
final class FakeServices: SessionServices {
    let eventLoop: any EventLoop
    var items: [String: StoredItem] = [:]
    var customData: [String] = []
    let logDone: EventLoopPromise<Void>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        logDone = eventLoop.makePromise()
    }

    func storageGet(key: String) -> EventLoopFuture<StoredItem?> { eventLoop.makeSucceededFuture(items[key]) }

    func storagePut(key: String, value: String, ttlSeconds: Int) -> EventLoopFuture<StoredItem> {
        let item = StoredItem(key: key, value: value, expiresAt: Int64(ttlSeconds))
        items[key] = item
        return eventLoop.makeSucceededFuture(item)
    }

    func storageRemove(key: String) -> EventLoopFuture<StoredItem?> {
        eventLoop.makeSucceededFuture(items.removeValue(forKey: key))
    }

    func storageKeys(pattern: String?, count: Int) -> EventLoopFuture<[String]> {
        eventLoop.makeSucceededFuture(items.keys.sorted())
    }

    func customDataChanged(to text: String) { customData.append(text) }
    func logFinished() { logDone.succeed() }
}

/// Answers requests when the test says so.
final class FakeHTTPClient: ScenarioHTTPClient, @unchecked Sendable {  // Used on the test's event loop only.
    var requests: [ScenarioHTTPRequest] = []
    var pending: [EventLoopPromise<ScenarioHTTPResult>] = []
    /// Answers at once when set.
    var answer: ((ScenarioHTTPRequest) -> ScenarioHTTPResult)?

    func send(_ request: ScenarioHTTPRequest, on eventLoop: any EventLoop) -> EventLoopFuture<ScenarioHTTPResult> {
        requests.append(request)
        if let answer { return eventLoop.makeSucceededFuture(answer(request)) }
        let promise = eventLoop.makePromise(of: ScenarioHTTPResult.self)
        pending.append(promise)
        return promise.futureResult
    }
}

/// Gives out prepared bytes first, then counts.
struct PreparedGenerator: RandomNumberGenerator, Sendable {
    var prepared: [UInt64] = []
    var counter: UInt64 = 0

    mutating func next() -> UInt64 {
        if !prepared.isEmpty { return prepared.removeFirst() }
        counter += 1
        return counter
    }
}
