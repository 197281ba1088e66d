/// The name under which processes tell each other that something has changed: 1 to 64 octets on one line.
public struct NotificationChannel: Sendable, Hashable, ExpressibleByStringLiteral {
    public let rawValue: String

    public init(_ rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { self.rawValue = value }
}

/// What a transaction tells the others.
struct Note: Sendable, Hashable {
    var channel: NotificationChannel
    var payload: String
}

/// What somebody who listens to a channel hears.
public enum DatabaseNotification: Sendable, Hashable {
    /// A transaction that told this is committed.
    case message(String)
    /// From now on messages may be missed: nothing that was kept may be trusted.
    case interrupted
    /// All is heard again from here on: what was kept before is to be looked at afresh.
    case resumed
}
