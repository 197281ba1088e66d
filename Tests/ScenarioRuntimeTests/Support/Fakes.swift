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
    var callCustomData: [String] = []
    /// Entries that there may be.
    var mostItems = Int.max
    let logDone: EventLoopPromise<Void>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        logDone = eventLoop.makePromise()
    }

    func storageGet(key: String) -> EventLoopFuture<StoredItem?> { eventLoop.makeSucceededFuture(items[key]) }

    func storagePut(key: String, value: String, ttlSeconds: Int) -> EventLoopFuture<StoredItem> {
        guard items[key] != nil || items.count < mostItems else {
            return eventLoop.makeFailedFuture(LimitReached(.storageItems, allowed: mostItems))
        }
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

    /// Numbers with a country's code can be dialled.
    func outgoingCall(toNumber number: String, callerID: String) -> OutgoingSIPCall? {
        number.count > 10 ? OutgoingSIPCall(uri: "sip:\(number)@trunk", callerID: callerID) : nil
    }

    func customDataChanged(to text: String) { customData.append(text) }
    func callCustomDataChanged(_ leg: CallID, to text: String) { callCustomData.append("\(leg) \(text)") }
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

/// Takes mails and answers when the test says so.
final class FakeMailClient: ScenarioMailClient, @unchecked Sendable {  // Used on the test's event loop only.
    var requests: [MailRequest] = []
    var pending: [EventLoopPromise<MailResult>] = []

    func send(_ request: MailRequest, on eventLoop: any EventLoop) -> EventLoopFuture<MailResult> {
        requests.append(request)
        let promise = eventLoop.makePromise(of: MailResult.self)
        pending.append(promise)
        return promise.futureResult
    }
}

/// Notes what goes over its sockets; the test makes their events.
final class FakeSocketClient: ScenarioSocketClient, @unchecked Sendable {  // Used on the test's event loop only.
    var sockets: [FakeSocket] = []

    func open(
        _ request: ScenarioSocketRequest, on eventLoop: any EventLoop,
        onEvent: @escaping (ScenarioSocketEvent) -> Void
    ) -> any ScenarioSocket {
        let socket = FakeSocket(request: request, onEvent: onEvent)
        sockets.append(socket)
        return socket
    }
}

final class FakeSocket: ScenarioSocket, @unchecked Sendable {  // Used on the test's event loop only.
    let request: ScenarioSocketRequest
    let onEvent: (ScenarioSocketEvent) -> Void
    var texts: [String] = []
    var end: (code: Int, reason: String)?

    init(request: ScenarioSocketRequest, onEvent: @escaping (ScenarioSocketEvent) -> Void) {
        self.request = request
        self.onEvent = onEvent
    }

    func send(_ text: String) { texts.append(text) }
    func close(code: Int, reason: String) { end = (code, reason) }
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
