/// One phone of a user: where it is, by which way it came, and until when.
public struct RegistrarBinding: Hashable, Sendable {
    /// The phone's Contact, without `expires`.
    public var contact: NameAddress
    /// The flow of the REGISTER: requests to the phone go this way, whatever its Contact says.
    public var flow: SIPFlow
    /// The Call-ID of the REGISTER.
    public var callID: String
    /// The CSeq number of the REGISTER.
    public var sequence: UInt32
    /// When the REGISTER came.
    public var registeredAt: SIPInstant
    /// When the binding ends.
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
