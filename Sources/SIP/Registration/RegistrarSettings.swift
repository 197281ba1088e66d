/// The bounds a registrar sets.
public struct RegistrarSettings: Hashable, Sendable {
    /// What a registrar does when an address has all the contacts it may have.
    public enum FullPolicy: Hashable, Sendable {
        /// Answer 403.
        case refuse
        /// Drop the contact that was refreshed longest ago.
        case replaceOldest
    }

    /// Shortest life of a binding; less is answered by 423.
    public var minimumExpiry: Duration
    /// Life of a binding whose phone names none.
    public var defaultExpiry: Duration
    /// Longest life of a binding; more is shortened.
    public var maximumExpiry: Duration
    /// Contacts of one address.
    public var contactsPerAddress: Int
    /// What happens to a contact beyond that.
    public var whenFull: FullPolicy
    /// Addresses with bindings; more get 503.
    public var maximumAddresses: Int

    /// The usual bounds, or others.
    public init(
        minimumExpiry: Duration = .seconds(60), defaultExpiry: Duration = .seconds(3600),
        maximumExpiry: Duration = .seconds(7200), contactsPerAddress: Int = 10, whenFull: FullPolicy = .refuse,
        maximumAddresses: Int = 100_000
    ) {
        self.minimumExpiry = minimumExpiry
        self.defaultExpiry = defaultExpiry
        self.maximumExpiry = maximumExpiry
        self.contactsPerAddress = contactsPerAddress
        self.whenFull = whenFull
        self.maximumAddresses = maximumAddresses
    }
}
