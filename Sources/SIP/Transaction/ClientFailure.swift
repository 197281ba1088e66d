/// Why a client transaction ended without a final response.
public enum ClientFailure: Hashable, Sendable {
    /// No answer within 64 × T1.
    case timeout
    /// The transport could not deliver.
    case transport
}
