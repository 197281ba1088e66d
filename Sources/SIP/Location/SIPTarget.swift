/// One place that requests for a hop can be sent to.
public struct SIPTarget: Hashable, Sendable, CustomStringConvertible {
    /// A numeric address, IPv6 without brackets.
    public var address: String
    public var port: UInt16

    public init(address: String, port: UInt16) {
        self.address = address
        self.port = port
    }

    public var description: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }
}
