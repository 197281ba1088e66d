/// Names one transaction of a `TransactionLayer` for as long as the layer lives.
public struct TransactionID: Hashable, Sendable, CustomStringConvertible {
    let rawValue: UInt64

    public var description: String { "transaction \(rawValue)" }
}
