import CallControl
import NIOCore

/// What the platform does for one session beside its legs.
///
/// Called on the session's event loop; futures may come from anywhere and are brought back to it.
public protocol SessionServices: AnyObject {
    /// The value of a key of the session's application, nil when there is none or it has expired.
    func storageGet(key: String) -> EventLoopFuture<StoredItem?>
    /// Sets a key; `ttlSeconds` is 0…7,776,000.
    func storagePut(key: String, value: String, ttlSeconds: Int) -> EventLoopFuture<StoredItem>
    /// Removes a key; the result is what it held.
    func storageRemove(key: String) -> EventLoopFuture<StoredItem?>
    /// Keys that match a pattern with `*`, all of them for nil; at most `count`.
    func storageKeys(pattern: String?, count: Int) -> EventLoopFuture<[String]>

    /// The script set the session's custom data, which the history shows and searches.
    func customDataChanged(to text: String)
    /// The script set the custom data of a leg, perhaps of one that has ended; the history shows it.
    func callCustomDataChanged(_ leg: CallID, to text: String)
    /// The leg to dial for `VoxEngine.callPSTN`; nil answers the script with `Call.Failed`.
    func outgoingCall(toNumber number: String, callerID: String) -> OutgoingSIPCall?
    /// The session log is complete on disk. Comes after `onEnd`.
    func logFinished()
}

extension SessionServices {
    public func outgoingCall(toNumber number: String, callerID: String) -> OutgoingSIPCall? { nil }
    public func logFinished() {}
    public func callCustomDataChanged(_ leg: CallID, to text: String) {}
}

/// One entry of an application's storage.
public struct StoredItem: Sendable, Equatable {
    public var key: String
    public var value: String
    /// Unix seconds; nil when the entry does not expire.
    public var expiresAt: Int64?

    public init(key: String, value: String, expiresAt: Int64? = nil) {
        self.key = key
        self.value = value
        self.expiresAt = expiresAt
    }
}

/// A request to a session's control URL.
public struct ControlRequest: Sendable, Equatable {
    public var method: String
    public var path: String
    public var content: String
    /// In the order of the request; the script sees those that begin with `X-`.
    public var headers: [(name: String, value: String)]

    public init(method: String, path: String, content: String, headers: [(name: String, value: String)] = []) {
        self.method = method
        self.path = path
        self.content = content
        self.headers = headers
    }

    public static func == (left: ControlRequest, right: ControlRequest) -> Bool {
        left.method == right.method && left.path == right.path && left.content == right.content
            && left.headers.elementsEqual(right.headers, by: ==)
    }
}

/// What a session answered to a request to its control URL.
public enum ControlReply: Sendable, Equatable {
    /// The scenario took the request; `body` is empty when its handler returned nothing.
    case answered(body: String, contentType: String)
    /// The session has ended: 404.
    case sessionGone
    /// The session did not answer in time: 504.
    case timedOut
}
