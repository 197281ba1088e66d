/// Names one call of a `UserAgent`, from its INVITE to its last event; never used twice.
public struct SessionHandle: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public var description: String { "call \(rawValue)" }
}

/// Names a request from the network that the shell has to answer; never used twice.
public struct ServerRequestHandle: Hashable, Sendable, CustomStringConvertible {
    let transaction: TransactionID

    public var description: String { "request \(transaction.rawValue)" }
}

/// Names a request outside calls that the shell has sent; never used twice.
public struct ClientRequestHandle: Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64

    public var description: String { "sent request \(rawValue)" }
}
