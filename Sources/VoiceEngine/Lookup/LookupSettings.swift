/// How names are looked up.
public struct LookupSettings: Sendable, Hashable {
    /// Name servers as `address:port`, IPv6 in brackets; none: those of the system.
    public var servers: [String]
    /// The time for one question, whatever the number of servers.
    public var limit: Duration
    /// How long an answer counts at most, whatever its own life is.
    public var longestLife = Duration.seconds(3600)
    /// How long it counts that there is no such name.
    public var lifeOfNothing = Duration.seconds(30)
    /// How long nobody is asked again after a failure.
    public var pauseAfterFailure = Duration.seconds(5)
    /// How long an answer whose life is over stands in for one that cannot be had (RFC 8767).
    public var longestService = Duration.seconds(86_400)
    /// Answers that are remembered.
    public var mostAnswers = 1000
    /// Questions that may be under way at once.
    public var mostQuestions = 256

    public init(servers: [String] = [], limit: Duration = .seconds(3)) {
        self.servers = servers
        self.limit = limit
    }

    /// Whether a text names a name server: a numeric address, or one with a port, IPv6 then in brackets.
    public static func isServer(_ text: String) -> Bool {
        guard !text.contains("/") else { return false }
        if IPNetwork(text) != nil { return true }
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]), port != 0
        else {
            return false
        }
        let host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            return host.contains(":") && IPNetwork(String(host.dropFirst().dropLast())) != nil
        }
        return !host.contains(":") && IPNetwork(String(host)) != nil
    }
}
