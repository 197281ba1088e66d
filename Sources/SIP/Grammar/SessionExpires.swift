/// How long a session lives without a refresh (RFC 4028 clause 4).
public struct SessionExpires: Hashable, Sendable, CustomStringConvertible {
    /// Who sends the refreshes.
    public enum Refresher: String, Hashable, Sendable {
        /// The sender of the request.
        case client = "uac"
        /// The sender of the response.
        case server = "uas"
    }

    /// The interval in seconds.
    public var interval: UInt32
    /// Who refreshes, when already agreed.
    public var refresher: Refresher?

    /// A session interval in seconds.
    public init(interval: UInt32, refresher: Refresher? = nil) {
        self.interval = interval
        self.refresher = refresher
    }

    /// The one value in `text`.
    public init(parsing text: some StringProtocol) throws(SIPParseError) {
        var scanner = GrammarScanner(text, place: "Session-Expires")
        interval = UInt32(try scanner.number(upTo: UInt64(UInt32.max), "seconds"))
        let parameters = try scanner.headerParameters()
        refresher = parameters["refresher"].flatMap { Refresher(rawValue: CaseFolding.lowercased($0)) }
        try scanner.finish()
    }

    public var description: String { "\(interval)" + (refresher.map { ";refresher=\($0.rawValue)" } ?? "") }
}
