/// Why nobody knows where a hop is.
public enum LocationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The domain says that it offers no such service.
    case notOffered(String)
    /// There is no such name, or no address to it.
    case unknown(String)
    /// The name servers did not say.
    case unanswered(String, reason: String)

    public var description: String {
        switch self {
        case .notOffered(let name): "\(name) offers no SIP over this transport; ask for another transport."
        case .unknown(let name): "\(name) has no address; check the name."
        case .unanswered(let name, let reason):
            "The address of \(name) could not be looked up: \(reason). Check the name servers."
        }
    }
}
