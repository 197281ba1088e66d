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
    private var sequence = 1
    private var steps: [String] = []

    /// A call from INVITE to ACK; what has gone wrong by then ends sipp with an error.
    ///
    /// - Parameters:
    ///   - tag: of sipp's side.
    ///   - takesEvents: whether the offer has telephone events (RFC 4733).
    init(_ caller: Caller, tag: String = "sipp", takesEvents: Bool = true) {
        self.caller = caller
        self.tag = tag
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
        steps.append(
            """
            <recv response="200" rrs="true"><action>
            <ereg regexp="&lt;(sips?:[^&gt;]+)&gt;" search_in="hdr" header="Contact:" check_it="true" \
            assign_to="contact,target"/>
            <ereg regexp="tag=([^;&gt;]+)" search_in="hdr" header="To:" check_it="true" assign_to="parameter,tag"/>
            <log message="remote tag [$tag]"/>
            </action></recv><Reference variables="contact,parameter"/>
            """)
        send("ACK", to: "[$target]", fields: [("To", Self.dialog)])
    }

    /// Plays a file of octets in PCMU, for ever or once.
    mutating func play(_ file: String, forEver: Bool) {
        steps.append("<nop><action><exec rtp_stream=\"\(file),\(forEver ? -1 : 1),0\"/></action></nop>")
    }

    mutating func pause(milliseconds: Int) { steps.append("<pause milliseconds=\"\(milliseconds)\"/>") }

    /// Sends a request in the dialog and wants a status for it.
    mutating func ask(_ method: String, fields: KeyValuePairs<String, String> = [:], body: String = "", status: Int) {
        sequence += 1
        var all = [("To", Self.dialog)]
        for field in fields { all.append((field.key, field.value)) }
        send(method, to: "[$target]", fields: all, body: body)
        steps.append("<recv response=\"\(status)\"/>")
    }

    /// Wants a request and answers it with 200.
    ///
    /// - Parameter text: what its body must hold.
    mutating func expect(_ method: String, holding text: String? = nil, milliseconds: Int = 60_000) {
        let check = text.map {
            """
            <action><ereg regexp="\($0)" search_in="body" check_it="true" assign_to="found\(steps.count)"/></action>
            """
        }
        steps.append("<recv request=\"\(method)\" timeout=\"\(milliseconds)\">\(check ?? "")</recv>")
        if text != nil { steps.append("<Reference variables=\"found\(steps.count - 1)\"/>") }
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
        <timewait milliseconds="500"/>
        </scenario>
        """
    }

    /// The To of requests in the dialog.
    private static let dialog = "<sip:[service]@[remote_ip]:[remote_port]>;tag=[$tag]"

    private mutating func invite(_ takesEvents: Bool, authentication: String = "") {
        let events = "\na=rtpmap:101 telephone-event/8000\na=fmtp:101 0-15"
        send(
            "INVITE",
            fields: [
                ("Content-Type", "application/sdp"), ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, REFER"),
            ],
            authentication: authentication,
            body: """
                v=0
                o=caller 53655765 2353687637 IN IP[local_ip_type] [local_ip]
                s=-
                c=IN IP[media_ip_type] [media_ip]
                t=0 0
                m=audio [rtpstream_audio_port] RTP/AVP 0\(takesEvents ? " 101" : "")
                a=rtpmap:0 PCMU/8000\(takesEvents ? events : "")
                a=ptime:20
                a=sendrecv
                """)
    }

    private mutating func send(
        _ method: String, to target: String = "sip:[service]@[remote_ip]:[remote_port]",
        fields: [(String, String)] = [], authentication: String = "", body: String = ""
    ) {
        let own = "sip:\(caller.user)@\(caller.domain)"
        let fixed: [(String, String)] = [
            ("Via", "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch];rport"),
            ("From", "From: <\(own)>;tag=\(tag)"),
            ("To", "To: <sip:[service]@[remote_ip]:[remote_port]>"),
        ]
        var lines = ["\(method) \(target) SIP/2.0"]
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
