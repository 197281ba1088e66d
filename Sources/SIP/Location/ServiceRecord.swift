/// One place where a service is to be had (RFC 2782).
public struct ServiceRecord: Hashable, Sendable {
    /// A name without a dot at its end; empty: the service is not offered at all.
    public var target: String
    public var port: UInt16
    /// Places with the lowest number come first.
    public var priority: UInt16
    /// Share among places of one priority.
    public var weight: UInt16

    public init(target: String, port: UInt16, priority: UInt16, weight: UInt16) {
        self.target = target
        self.port = port
        self.priority = priority
        self.weight = weight
    }
}
