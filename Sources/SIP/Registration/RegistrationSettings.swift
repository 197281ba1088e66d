/// A registration with somebody else's registrar, such as a trunk's.
public struct RegistrationSettings: Hashable, Sendable {
    /// The Request-URI: the registrar's domain.
    public var registrar: SIPURI
    /// The address to be reached under.
    public var address: NameAddress
    /// Where this side is reached on the flow that the registration uses.
    public var contact: NameAddress
    /// The life asked for; the registrar's answer counts.
    public var expiry: Duration
    /// Wait after a first failure; doubles with each further one.
    public var firstRetry: Duration
    /// Longest wait, taken at once after a refusal that a repetition will not change (401, 403, 404, 407).
    public var longestRetry: Duration

    /// A registration from its parts.
    public init(
        registrar: SIPURI, address: NameAddress, contact: NameAddress, expiry: Duration = .seconds(3600),
        firstRetry: Duration = .seconds(30), longestRetry: Duration = .seconds(1800)
    ) {
        self.registrar = registrar
        self.address = address
        self.contact = contact
        self.expiry = expiry
        self.firstRetry = firstRetry
        self.longestRetry = longestRetry
    }
}
