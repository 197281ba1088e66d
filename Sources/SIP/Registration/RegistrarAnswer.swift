/// The answer to a REGISTER, and what became of the bindings.
public struct RegistrarAnswer: Hashable, Sendable {
    /// The status of the response.
    public var status: Int
    /// The reason phrase; nil for the usual one.
    public var reason: String?
    /// The fields for the response: Contact of each binding, Min-Expires.
    public var headers: SIPHeaders
    /// Whether a phone came or went; a mere refresh is no change.
    public var isChanged: Bool

    static func refusal(_ status: Int, _ reason: String? = nil, headers: SIPHeaders = SIPHeaders()) -> RegistrarAnswer {
        RegistrarAnswer(status: status, reason: reason, headers: headers, isChanged: false)
    }
}
