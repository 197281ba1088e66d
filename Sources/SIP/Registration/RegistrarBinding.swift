/// One phone of a user: where it is, by which way it came, and until when.
public struct RegistrarBinding: Hashable, Sendable {
    /// The phone's Contact, without `expires`.
    public var contact: NameAddress
    /// The flow of the REGISTER: requests to the phone go this way, whatever its Contact says.
    public var flow: SIPFlow
    public var callID: String
    public var sequence: UInt32
    public var registeredAt: SIPInstant
    public var expiresAt: SIPInstant
    /// The phone's User-Agent text, as it wrote it.
    public var product: String?

    /// The phone's preference from 0 to 1, 1 when it names none (RFC 3261 20.10).
    public var preference: Double {
        guard let text = contact.parameters["q"], let value = Double(text), (0...1).contains(value) else { return 1 }
        return value
    }

    /// The phone's instance and registration (RFC 5626), which outlive its address; nil when it names none.
    var instance: String? {
        contact.parameters["+sip.instance"].map { $0 + "#" + (contact.parameters["reg-id"] ?? "") }
    }

    /// Whether a Contact means this phone.
    func matches(_ other: NameAddress, instance otherInstance: String?) -> Bool {
        if let instance, let otherInstance { return instance == otherInstance }
        return contact.uri.isEquivalent(to: other.uri)
    }
}

/// The answer to a REGISTER, and what became of the bindings.
public struct RegistrarAnswer: Hashable, Sendable {
    public var status: Int
    public var reason: String?
    /// The fields for the response: Contact of each binding, Min-Expires.
    public var headers: SIPHeaders
    /// Whether a phone came or went; a mere refresh is no change.
    public var isChanged: Bool

    static func refusal(_ status: Int, _ reason: String? = nil, headers: SIPHeaders = SIPHeaders()) -> RegistrarAnswer {
        RegistrarAnswer(status: status, reason: reason, headers: headers, isChanged: false)
    }
}
