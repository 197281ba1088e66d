/// One measured value, and what it should be.
struct Figure: Sendable {
    enum Mark: Sendable {
        case atMost(Double)
        case atLeast(Double)
    }

    /// Dotted, as programs read it: `call.cpu_ms`.
    let name: String
    let value: Double
    let unit: String
    var mark: Mark?
    /// The same of other systems on this kind of machine; see docs/benchmarks.md.
    var others = ""

    /// Nil when there is no mark.
    var isMet: Bool? {
        switch mark {
        case .atMost(let limit): value <= limit
        case .atLeast(let limit): value >= limit
        case nil: nil
        }
    }
}

extension Figure {
    private static let relays =
        "Asterisk 84,000, FreeSWITCH 39,000, Kamailio with rtpengine 128,000-178,000, "
        + "recvfrom/sendto 260,000, SwiftNIO channel 118,000"
    private static let marks: [String: (mark: Mark?, others: String)] = [
        "sip.parse_invite_us": (.atMost(5), ""),
        "sip.register_cpu_ms": (nil, "Asterisk 0.40, FreeSWITCH 1.15, Kamailio 0.14"),
        "rtp.forward_packets_per_cpu_s": (.atLeast(150_000), relays),
        "playback.packets_per_cpu_s": (nil, "Asterisk 26,000, FreeSWITCH 16,400"),
        "call.cpu_ms": (
            .atMost(4), "Asterisk 2.1, FreeSWITCH 10, Kamailio with rtpengine 0.7-1 (no scenario, no ring tone)"
        ),
        "call.memory_kib": (.atMost(150), "Asterisk 326, FreeSWITCH 830, Kamailio with rtpengine 65"),
        "script.session_cpu_ms": (.atMost(3), ""),
        "script.session_kib": (.atMost(1200), ""),
    ]

    /// A value with the mark and the comparison that belong to its name.
    static func measured(_ name: String, _ value: Double, _ unit: String) -> Figure {
        let known = marks[name]
        return Figure(name: name, value: value, unit: unit, mark: known?.mark, others: known?.others ?? "")
    }
}
