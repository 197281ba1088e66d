/// Names a request from the network that the shell has to answer; never used twice.
public struct ServerRequestHandle: Hashable, Sendable, CustomStringConvertible {
    let transaction: TransactionID

    public var description: String { "request \(transaction.rawValue)" }
}

/// Names a request outside calls that the shell has sent; never used twice.
public struct ClientRequestHandle: Hashable, Sendable, CustomStringConvertible {
    /// A number unique in its user agent, for logs.
    public let rawValue: UInt64

    public var description: String { "sent request \(rawValue)" }
}
