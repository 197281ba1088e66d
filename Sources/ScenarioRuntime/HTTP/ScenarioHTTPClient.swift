import NIOCore

/// Sends the HTTP requests of scenarios.
public protocol ScenarioHTTPClient: Sendable {
    /// Sends a request and collects the answer; every trouble is a result with a negative code, the future never fails.
    func send(_ request: ScenarioHTTPRequest, on eventLoop: any EventLoop) -> EventLoopFuture<ScenarioHTTPResult>
}

/// An HTTP request of a scenario.
public struct ScenarioHTTPRequest: Sendable, Equatable {
    public var url: String
    public var method: String
    public var headers: [HTTPField]
    public var body: [UInt8]
    public var timeoutSeconds: Int
    /// Until the connection stands, within `timeoutSeconds`.
    public var connectSeconds: Int
    /// A longer answer is given up with code -9.
    public var maximumResponseBytes: Int

    public init(
        url: String, method: String = "GET", headers: [HTTPField] = [], body: [UInt8] = [], timeoutSeconds: Int = 90,
        connectSeconds: Int = 6, maximumResponseBytes: Int = 2 << 20
    ) {
        self.url = url
        self.method = method
        self.headers = headers
        self.body = body
        self.timeoutSeconds = timeoutSeconds
        self.connectSeconds = connectSeconds
        self.maximumResponseBytes = maximumResponseBytes
    }
}

/// One header line.
public struct HTTPField: Sendable, Equatable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// What became of an HTTP request of a scenario.
public struct ScenarioHTTPResult: Sendable, Equatable {
    /// HTTP status, or one of ``HTTPFailureCode`` without an answer.
    public var code: Int
    public var headers: [HTTPField]
    public var body: [UInt8]
    /// Description of a trouble.
    public var error: String?

    public init(code: Int, headers: [HTTPField] = [], body: [UInt8] = [], error: String? = nil) {
        self.code = code
        self.headers = headers
        self.body = body
        self.error = error
    }

    /// A result without an answer.
    public static func failure(_ failure: HTTPFailureCode, _ error: String) -> ScenarioHTTPResult {
        ScenarioHTTPResult(code: failure.rawValue, error: error)
    }
}

/// Why there was no HTTP answer, in the numbers that scripts know.
public enum HTTPFailureCode: Int, Sendable {
    case limitExceeded = 0
    case unknown = -1
    case malformedURL = -2
    case hostNotFound = -3
    case connection = -4
    case tooManyRedirects = -5
    case network = -6
    case timeout = -7
    case `internal` = -8
    case tooLarge = -9
}
