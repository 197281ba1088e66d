/// What a person of the operator's staff may do.
enum StaffRole: String, Sendable, CaseIterable {
    /// Reads counts, durations, balances and states.
    case viewer
    /// Also publishes scenario versions and guides their rollouts.
    case publisher
    /// Also makes portals, gives new keys, and decides who belongs to the staff.
    case administrator
    /// Sees what a portal has granted, and nothing else.
    case support

    /// Whether somebody of this role may do what asks for `needed`.
    func permits(_ needed: StaffRole) -> Bool {
        switch self {
        case .viewer: needed == .viewer
        case .publisher: needed == .viewer || needed == .publisher
        // Whoever runs the system is no supporter: a portal's grant names a person.
        case .administrator: needed != .support
        case .support: needed == .support
        }
    }
}
