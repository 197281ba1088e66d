/// A SIP message in a session log: `SIP received from 192.0.2.7:5060 by UDP for <leg>: INVITE sip:…\nVia: …`.
struct LoggedMessage {
    /// Way, start line and far end.
    let headline: String
    /// Its other lines.
    let rest: [String]

    /// - Parameter text: An entry without its time; nil comes of any other entry.
    init?(_ text: Substring) {
        guard let match = text.prefixMatch(of: #/SIP (received from|sent to) (\S+) by (\S+) for \S+: /#) else {
            return nil
        }
        let lines = text[match.range.upperBound...].split(separator: "\\n", omittingEmptySubsequences: false)
        let sign = match.1 == "sent to" ? "⇒" : "⇐"
        headline = "\(sign) \(lines.first ?? "")  \(match.2) \(match.3)"
        rest = lines.dropFirst().map(String.init)
    }
}
