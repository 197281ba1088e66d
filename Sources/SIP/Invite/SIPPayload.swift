/// Octets with their type, as INFO and MESSAGE carry them.
public struct SIPPayload: Hashable, Sendable {
    /// The Content-Type, empty when there is none.
    public var contentType: String
    /// The octets.
    public var bytes: [UInt8]

    /// Octets of a type.
    public init(contentType: String, bytes: [UInt8]) {
        self.contentType = contentType
        self.bytes = bytes
    }
}
