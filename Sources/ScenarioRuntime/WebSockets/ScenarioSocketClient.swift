import CallControl
import NIOCore

/// Opens the WebSockets of scenarios.
public protocol ScenarioSocketClient: Sendable {
    /// Starts a connection; its events come on the event loop, never before this method has returned, `closed` last.
    func open(
        _ request: ScenarioSocketRequest, on eventLoop: any EventLoop,
        onEvent: @escaping (ScenarioSocketEvent) -> Void
    ) -> any ScenarioSocket
}

/// One WebSocket; used on its event loop.
public protocol ScenarioSocket: AnyObject {
    /// Sends a text; one that is sent before the connection is open, or after its end, is dropped.
    func send(_ text: String)
    /// Starts the end of the connection (RFC 6455, section 7); `closed` follows.
    func close(code: Int, reason: String)
}

/// Where a WebSocket leads.
public struct ScenarioSocketRequest: Sendable, Equatable {
    /// `ws` or `wss`.
    public var url: String
    public var headers: CallHeaders
    /// Subprotocols in the order of preference.
    public var protocols: [String]

    public init(url: String, headers: CallHeaders = [:], protocols: [String] = []) {
        self.url = url
        self.headers = headers
        self.protocols = protocols
    }
}

/// What happens to a WebSocket.
public enum ScenarioSocketEvent: Sendable, Equatable {
    case opened
    case message(String)
    /// A trouble in words; `closed` follows.
    case failed(String)
    /// The end, 1006 when the connection broke or never was.
    case closed(code: Int, reason: String, wasClean: Bool)
}
