import NIOCore

/// Sends the mails of scenarios.
public protocol ScenarioMailClient: Sendable {
    /// Hands a mail to its server; every trouble is a result, the future never fails.
    func send(_ request: MailRequest, on eventLoop: any EventLoop) -> EventLoopFuture<MailResult>
}

/// `Net.sendMail` as a script wrote it.
public struct MailRequest: Sendable, Equatable {
    public var server: String
    public var port: Int
    public var login: String?
    public var password: String?
    public var message: MailMessage

    public init(server: String, port: Int, login: String? = nil, password: String? = nil, message: MailMessage) {
        self.server = server
        self.port = port
        self.login = login
        self.password = password
        self.message = message
    }
}

/// What became of a mail.
public struct MailResult: Sendable, Equatable {
    /// The server's last SMTP reply, or one of ``HTTPFailureCode`` without one.
    public var code: Int
    /// Description of a trouble.
    public var error: String?

    public init(code: Int, error: String? = nil) {
        self.code = code
        self.error = error
    }

    /// A result without an answer of the server.
    public static func failure(_ failure: HTTPFailureCode, _ error: String) -> MailResult {
        MailResult(code: failure.rawValue, error: error)
    }
}
