/// What a `RegistrationClient` asks of its shell, or tells it.
public enum RegistrationAction: Hashable, Sendable {
    /// Send the request by `UserAgent.sendRequest` and bring its result to `receive`.
    case send(SIPRequest)
    /// The binding stands until the instant; a refresh comes before it.
    case registered(until: SIPInstant)
    /// The registrar refused (its status) or did not answer (nil); the next attempt is at `retryAt`.
    case failed(status: Int?, retryAt: SIPInstant)
    /// The binding is removed, or the attempt to remove it has failed and it will expire.
    case unregistered
}
