import Storage

/// Over which controllers of one database tell each other what has changed.
extension NotificationChannel {
    /// A portal's row; its identifier.
    static let portals: NotificationChannel = "portals"
    /// A portal's key was changed, and its scenario waits for it.
    static let scenarioKeys: NotificationChannel = "portals.keys"
    /// An account's row; its portal.
    static let accounts: NotificationChannel = "accounts"
    /// A line's settings; portal and line, with a blank between.
    static let lineSettings: NotificationChannel = "lines"
    /// How far a call has come; portal and call, with a blank between.
    static let calls: NotificationChannel = "calls"
    /// An employee has had his turn; the portal.
    static let turns: NotificationChannel = "turns"
    /// A portal's employees; the portal.
    static let employees: NotificationChannel = "employees"
    /// Versions of the call scenario.
    static let scenarioVersions: NotificationChannel = "versions"
    /// A message waits for a portal.
    static let outbox: NotificationChannel = "outbox"
    /// A device of an employee could not be changed at the platform.
    static let devices: NotificationChannel = "devices"
    /// A payment was confirmed.
    static let payments: NotificationChannel = "payments"
    /// A warning waits for mail servers or webhooks.
    static let warnings: NotificationChannel = "warnings"
    /// A call was reported, and waits for its cost.
    static let reports: NotificationChannel = "reports"
}

extension PortalID {
    /// Names something of a portal in a notification; no portal's identifier holds a blank.
    func joined(to name: String) -> String { "\(rawValue) \(name)" }

    /// The reverse of ``joined(to:)``.
    static func split(_ text: String) -> (portal: PortalID, name: String)? {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return (PortalID(rawValue: String(parts[0])), String(parts[1]))
    }
}
