import Controller
import NIOCore
import NIOPosix
import ScenarioRuntime

/// Hands warnings to the operator's mail server, as scenarios hand over their mails.
struct SMTPMailer: WarningMailer {
    /// Who the server wants to hear.
    struct Login: Sendable {
        var name: String
        var password: Secret
    }

    let server: String
    let port: Int
    let from: String
    let login: Login?
    private let client = CurlMailClient(threads: 2)

    init(server: String, port: Int, from: String, login: Login?) {
        self.server = server
        self.port = port
        self.from = from
        self.login = login
    }

    func send(_ mail: WarningMail) async -> WarningOutcome {
        let request = MailRequest(
            server: server, port: port, login: login?.name, password: login?.password.revealed,
            message: MailMessage(from: from, to: [mail.to], subject: mail.subject, text: mail.text))
        let result: MailResult
        do {
            result = try await client.send(request, on: MultiThreadedEventLoopGroup.singleton.any()).get()
        } catch {
            return .later("the mail client has ended")
        }
        switch result.code {
        case 200..<300: return .taken
        // Only what the server says of this mail for good: RFC 5321, section 4.2.1.
        case 500..<600: return .never("the mail server answered with \(result.code)")
        default: return .later("\(result.error ?? "the mail server did not take it") (\(result.code))")
        }
    }
}
