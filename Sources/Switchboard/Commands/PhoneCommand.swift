import ArgumentParser
import Foundation
import Media
import NIOCore
import NIOPosix
import SIP
import VoiceEngine

/// `switchboard phone`: a small SIP phone for tests and diagnosis.
struct PhoneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "phone",
        abstract: "A small SIP phone: register, call, answer, hold, transfer, digits, play a file, record.",
        discussion: """
            Without --call the phone waits for calls. Every event is one line on standard output, with --json one
            JSON object a line. While a call lasts, lines on standard input are commands: \(commandNames).
            'transfer' sends the far end on; 'call' makes a second call, 'attend' then puts the first one's far end
            through to the second one's.
            Exit codes: 0 the call came about and ended, 1 it failed or the registration was refused, 64 usage.
            """)

    static let commandNames =
        "answer, hang up, hold, unhold, digits 123, message TEXT, transfer TARGET, call TARGET, attend"
    static let passwordVariable = "SWITCHBOARD_PHONE_PASSWORD"

    @Option(help: "Address of the phone, for example sip:user67@switchboard.acme.localhost.") var uri: String
    @Option(help: "Password; better in the environment as SWITCHBOARD_PHONE_PASSWORD.") var password: String?
    @Option(help: "Server as address or address:port; everything is sent there.") var server = "127.0.0.1:5060"
    @Flag(help: "Use TCP instead of UDP.") var tcp = false
    @Flag(help: "Use TLS; the server's certificate must bear the address of --server. Default port 5061.")
    var tls = false
    @Option(help: "PEM file of the authorities that may vouch for the server; default: those of the system.")
    var ca: String?
    @Option(help: "Address of this phone's sockets.") var local = "127.0.0.1"
    @Option(help: "Name that the other side sees.") var name: String?
    @Flag(inversion: .prefixedNo, help: "Register first; default when there is a password.") var register: Bool?
    @Option(help: "Number, user or SIP address to call.") var call: String?
    @Option(help: "Answer incoming calls after this many seconds; without it they ring until 'answer'.")
    var answer: Double?
    @Option(help: "Send incoming calls on to this SIP address (302).") var redirect: String?
    @Option(help: "Hang up this many seconds after the answer.") var duration: Double?
    @Option(help: "mp3, wav, ogg or flac file to play into the call.") var play: String?
    @Flag(help: "Play the file again and again.") var loop = false
    @Option(help: "wav file for what the phone hears.") var record: String?
    @Option(help: "Digits to send after the answer.") var digits: String?
    @Option(help: "How digits travel: as telephone events in the sound, or as SIP INFO (events, info).")
    var dtmf = PhoneBehaviour.Digits.events
    @Option(help: "Whether the sound is encrypted (off, optional, required); its keys are sent by --tls only.")
    var srtp = SRTPPolicy.off
    @Flag(help: "Do not tell callers that the phone rings.") var silent = false
    @Option(help: "Hold back everything that is sent by this many seconds.") var lag: Double = 0
    @Flag(help: "Print events as JSON.") var json = false

    func validate() throws {
        _ = try account()
        guard !(tcp && tls) else { throw ValidationError("--tcp and --tls exclude each other.") }
        guard ca == nil || tls else { throw ValidationError("--ca is for --tls.") }
        for (option, value) in [("--answer", answer), ("--duration", duration), ("--lag", lag)] {
            if let value, value < 0 || value > 86_400 { throw ValidationError("\(option) wants 0 to 86400 seconds.") }
        }
    }

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let phone = try SoftPhone(
            account: try account(), behaviour: behaviour, localAddress: local, eventLoop: group.next())
        let outcome = await PhoneRun(phone: phone, options: self).run()
        await phone.stop()
        try await group.shutdownGracefully()
        if outcome == .failed { throw ExitCode.failure }
    }

    private func account() throws -> PhoneAccount {
        guard let uri = try? SIPURI(parsing: uri), uri.isSIP, let user = uri.user else {
            throw ValidationError("--uri wants a SIP address with a user, for example sip:user67@example.localhost.")
        }
        let parts = server.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let host = parts.first, !host.isEmpty,
            let port = parts.count == 2 ? UInt16(parts[1]) : transport.defaultPort
        else { throw ValidationError("--server wants an IPv4 address with or without a port.") }
        let secret = password ?? ProcessInfo.processInfo.environment[Self.passwordVariable]
        return PhoneAccount(
            user: user, domain: uri.bareHost, password: secret, displayName: name, serverAddress: String(host),
            serverPort: port, transport: transport, authoritiesPath: ca)
    }

    private var transport: SIPTransportKind { tls ? .tls : tcp ? .tcp : .udp }

    private var reaction: PhoneBehaviour.Answer {
        if let uri = redirect.flatMap({ try? SIPURI(parsing: $0) }) { return .redirect(to: uri) }
        return answer.map { .after(.milliseconds(Int64($0 * 1000))) } ?? .manual
    }

    private var behaviour: PhoneBehaviour {
        PhoneBehaviour(
            answer: reaction, digits: dtmf, srtp: srtp, tellsRinging: !silent,
            lag: .milliseconds(Int64(lag * 1000)))
    }
}

extension PhoneBehaviour.Digits: ExpressibleByArgument {}
extension SRTPPolicy: ExpressibleByArgument {}
