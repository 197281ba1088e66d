import Foundation

/// One call as sipp shall make it, step by step, written down as a scenario of sipp's.
struct SippScript {
    /// Who calls; a trunk's caller has no password.
    struct Caller {
        var user: String
        var domain: String
        var password: String?
    }

    private let caller: Caller
    private let tag: String
    /// Whom requests outside dialogs name, after the `@`.
    private let host: String
    private let audioPort: String
    private var sequence = 1
    private var steps: [String] = []
    /// What stands behind the last step, for calls that were refused.
    private var otherEnd: String?

    /// A call from INVITE to ACK; what has gone wrong by then ends sipp with an error.
    ///
    /// - Parameters:
    ///   - host: whom the INVITE names; the server's address without one.
    ///   - tag: of sipp's side.
    ///   - takesEvents: whether the offer has telephone events (RFC 4733).
    ///   - audioPort: where the sound is wanted; sipp's own port without one.
    ///   - mayBeRefused: whether 503 with `Retry-After` is as good an answer as 200; the log says which came.
    init(
        _ caller: Caller, to host: String? = nil, tag: String = "sipp", takesEvents: Bool = true,
        audioPort: UInt16? = nil, mayBeRefused: Bool = false
    ) {
        self.caller = caller
        self.tag = tag
        self.host = host ?? "[remote_ip]:[remote_port]"
        self.audioPort = audioPort.map { "\($0)" } ?? "[rtpstream_audio_port]"
        invite(takesEvents)
        if caller.password != nil {
            steps.append("<recv response=\"100\" optional=\"true\"/><recv response=\"401\" auth=\"true\"/>")
            send("ACK", fields: [("Via", "[last_Via:]"), ("To", "[last_To:]")])
            sequence += 1
            invite(
                takesEvents,
                authentication: "[authentication username=\(caller.user) password=\(caller.password ?? "")]")
        }
        for status in [100, 180, 183] { steps.append("<recv response=\"\(status)\" optional=\"true\"/>") }
        if mayBeRefused { allowRefusal() }
        steps.append(
            """
            <recv response="200" rrs="true"><action>
            <ereg regexp="&lt;(sips?:[^&gt;]+)&gt;" search_in="hdr" header="Contact:" check_it="true" \
            assign_to="contact,target"/>
            <ereg regexp="tag=([^;&gt;]+)" search_in="hdr" header="To:" check_it="true" assign_to="parameter,tag"/>
            <ereg regexp="m=audio ([0-9]+)" search_in="body" check_it="true" assign_to="line,audio"/>
            <log message="remote tag [$tag]"/><log message="remote audio [$audio]"/>
            </action></recv><Reference variables="contact,parameter,line"/>
            """)
        send("ACK", to: "[$target]", fields: [("To", dialog)])
    }

    /// A call that is answered, with its sound wanted at a port, until the other side hangs up.
    init(answeringWithSoundAt audioPort: UInt16) {
        self.init(Caller(user: "callee", domain: "[local_ip]"), audioPort: audioPort)
        steps = [
            """
            <recv request="INVITE" rrs="true"><action>
            <ereg regexp="m=audio ([0-9]+)" search_in="body" check_it="true" assign_to="line,audio"/>
            <log message="remote audio [$audio]"/>
            </action></recv><Reference variables="line"/>
            <send retrans="500"><![CDATA[
            SIP/2.0 200 OK
            [last_Via:]
            [last_From:]
            [last_To:];tag=\(tag)
            [last_Call-ID:]
            [last_CSeq:]
            Contact: <sip:callee@[local_ip]:[local_port]>
            Content-Type: application/sdp
            Content-Length: [len]

            \(description(takesEvents: false))
            ]]></send>
            <recv request="ACK"/>
            """
        ]
        expect("BYE")
    }

    /// The 503 ends the call with its ACK, like the last step of the script.
    private mutating func allowRefusal() {
        steps.append(
            """
            <recv response="503" optional="true" next="1"><action>
            <ereg regexp="[0-9]+" search_in="hdr" header="Retry-After:" check_it="true" assign_to="delay"/>
            <log message="refused for [$delay] s"/>
            </action></recv>
            """)
        let before = steps
        steps = []
        send("ACK", fields: [("Via", "[last_Via:]"), ("To", "[last_To:]")])
        otherEnd = "<nop next=\"2\"/><label id=\"1\"/>\(steps.joined())<label id=\"2\"/>"
        steps = before
    }

    /// Plays a file of octets in PCMU, for ever or once.
    mutating func play(_ file: String, forEver: Bool) {
        steps.append("<nop><action><exec rtp_stream=\"\(file),\(forEver ? -1 : 1),0\"/></action></nop>")
    }

    mutating func pause(milliseconds: Int) { steps.append("<pause milliseconds=\"\(milliseconds)\"/>") }

    /// Sends a request in the dialog and wants a status for it.
    mutating func ask(_ method: String, fields: KeyValuePairs<String, String> = [:], body: String = "", status: Int) {
        sequence += 1
        var all = [("To", dialog)]
        for field in fields { all.append((field.key, field.value)) }
        send(method, to: "[$target]", fields: all, body: body)
        steps.append("<recv response=\"\(status)\"/>")
    }

    /// Wants a request and answers it with 200.
    ///
    /// - Parameters:
    ///   - text: what its body must hold.
    ///   - pattern: what the whole of it must match; `.` stands for line ends, too.
    mutating func expect(
        _ method: String, holding text: String? = nil, matching pattern: String? = nil, milliseconds: Int = 60_000
    ) {
        let checks = [("body", text), ("msg", pattern)].compactMap { part, wanted in wanted.map { (part, $0) } }
        let variables = checks.map { part, _ in "\(part)\(steps.count)" }
        let actions = zip(checks, variables).map { check, variable in
            "<ereg regexp=\"\(check.1)\" search_in=\"\(check.0)\" check_it=\"true\" assign_to=\"\(variable)\"/>"
        }
        let action = actions.isEmpty ? "" : "<action>\(actions.joined())</action>"
        steps.append("<recv request=\"\(method)\" timeout=\"\(milliseconds)\">\(action)</recv>")
        if !variables.isEmpty { steps.append("<Reference variables=\"\(variables.joined(separator: ","))\"/>") }
        steps.append(
            """
            <send><![CDATA[
            SIP/2.0 200 OK
            [last_Via:]
            [last_From:]
            [last_To:]
            [last_Call-ID:]
            [last_CSeq:]
            Content-Length: 0

            ]]></send>
            """)
    }

    /// The scenario as sipp reads it.
    var text: String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <scenario name="call">
        \(steps.joined(separator: "\n"))
        \(otherEnd ?? "")
        <timewait milliseconds="500"/>
        </scenario>
        """
    }

    /// The scenario for a relay that speaks TLS with a server: its messages are those of one who is connected himself.
    func text(overTLSTo server: String) -> String {
        text.replacing("[transport]", with: "TLS").replacing("[remote_ip]:[remote_port]", with: server)
    }

    /// The To of requests in the dialog.
    private var dialog: String { "<sip:[service]@\(host)>;tag=[$tag]" }

    private func description(takesEvents: Bool) -> String {
        let events = "\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15"
        return """
            v=0
            o=caller 53655765 2353687637 IN IP[local_ip_type] [local_ip]
            s=-
            c=IN IP[media_ip_type] [media_ip]
            t=0 0
            m=audio \(audioPort) RTP/AVP 0\(takesEvents ? " 101" : "")
            a=rtpmap:0 PCMU/8000\(takesEvents ? events : "")
            a=ptime:20
            a=sendrecv
            """
    }

    private mutating func invite(_ takesEvents: Bool, authentication: String = "") {
        send(
            "INVITE",
            fields: [
                ("Content-Type", "application/sdp"), ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER"),
            ],
            authentication: authentication,
            body: description(takesEvents: takesEvents))
    }

    private mutating func send(
        _ method: String, to target: String? = nil,
        fields: [(String, String)] = [], authentication: String = "", body: String = ""
    ) {
        let own = "sip:\(caller.user)@\(caller.domain)"
        let fixed: [(String, String)] = [
            ("Via", "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport"),
            ("From", "From: <\(own)>;tag=\(tag)"),
            ("To", "To: <sip:[service]@\(host)>"),
        ]
        var lines = ["\(method) \(target ?? "sip:[service]@\(host)") SIP/2.0"]
        for (name, line) in fixed {
            guard let other = fields.first(where: { $0.0 == name })?.1 else {
                lines.append(line)
                continue
            }
            lines.append(other.hasPrefix("[last_") ? other : "\(name): \(other)")
        }
        lines += [
            "Call-ID: [call_id]", "CSeq: \(sequence) \(method)", "Max-Forwards: 70",
            "Contact: <sip:\(caller.user)@[local_ip]:[local_port];transport=[transport]>",
        ]
        for (name, value) in fields where !fixed.contains(where: { $0.0 == name }) { lines.append("\(name): \(value)") }
        if !authentication.isEmpty { lines.append(authentication) }
        lines += ["Content-Length: [len]", "", body]
        let retransmits = method == "ACK" ? "" : " retrans=\"500\""
        steps.append("<send\(retransmits)><![CDATA[\n\(lines.joined(separator: "\n"))\n]]></send>")
    }
}
