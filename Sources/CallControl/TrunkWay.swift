/// Names a carrier or PBX that the operator has connected.
public struct TrunkName: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    public var description: String { rawValue }
}

/// One way out of the platform: through which trunk, and how that trunk wants callee and caller written.
public struct TrunkWay: Sendable, Hashable {
    public var trunk: TrunkName
    /// User part of the address that is called.
    public var callee: String
    /// What the trunk is told about the caller.
    public var callerID: String

    public init(trunk: TrunkName, callee: String, callerID: String) {
        self.trunk = trunk
        self.callee = callee
        self.callerID = callerID
    }
}
