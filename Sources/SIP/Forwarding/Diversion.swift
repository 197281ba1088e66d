/// One forwarding that a call has behind it, as most networks write it (RFC 5806).
public struct Diversion: Hashable, Sendable, CustomStringConvertible {
    /// Why a call was forwarded.
    public enum Reason: String, Hashable, Sendable {
        case unknown
        case userBusy = "user-busy"
        case noAnswer = "no-answer"
        case unavailable
        case unconditional
        case timeOfDay = "time-of-day"
        case doNotDisturb = "do-not-disturb"
        case deflection
        case followMe = "follow-me"
        case outOfService = "out-of-service"
        case away
    }

    /// Who forwarded the call.
    public var address: NameAddress
    /// Why; a reason that is not known counts as `unknown`.
    public var reason: Reason
    /// How many forwardings the entry stands for; 1 to 100.
    public var counter: Int

    /// A forwarding by `address`.
    public init(address: NameAddress, reason: Reason, counter: Int = 1) {
        self.address = NameAddress(displayName: address.displayName, uri: address.uri)
        self.reason = reason
        self.counter = min(max(counter, 1), 100)
    }

    /// The entry of a field; parameters beyond reason and counter are left out.
    init(_ entry: NameAddress) {
        let written = entry.parameters["reason"].flatMap { Reason(rawValue: CaseFolding.lowercased($0)) }
        self.init(
            address: entry, reason: written ?? .unknown, counter: entry.parameters["counter"].flatMap { Int($0) } ?? 1)
    }

    public var description: String { "\(address);reason=\(reason.rawValue);counter=\(counter)" }
}
