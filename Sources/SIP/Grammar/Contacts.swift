/// The value of all Contact header fields of a message.
public enum Contacts: Hashable, Sendable {
    /// `*`: every binding, in a REGISTER that removes them.
    case wildcard
    /// The addresses in order; empty when there is no Contact.
    case addresses([NameAddress])

    /// The addresses; empty for the wildcard.
    public var addresses: [NameAddress] {
        guard case .addresses(let list) = self else { return [] }
        return list
    }

    /// The first address, the one that a dialog takes.
    public var first: NameAddress? { addresses.first }
}
