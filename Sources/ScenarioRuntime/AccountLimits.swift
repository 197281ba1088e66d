/// What the sessions of one account may use.
public struct AccountLimits: Sendable, Hashable {
    /// HTTP requests that run at one time, of all sessions of the account together.
    public var runningRequests = 300
    /// Processor time of one callback; nil is that of all accounts (``WorkerLimits``).
    public var callbackMilliseconds: Int?
    /// Memory of one session; nil is that of all accounts (``WorkerLimits``).
    public var sessionBytes: Int?
    /// Entries in the storages of the account's applications together.
    public var storageItems = 10_000

    public init() {}
}

/// A limit that an account has reached, as its scripts are told.
public struct LimitReached: Error, Sendable, Hashable, CustomStringConvertible {
    /// The limits by the names that scripts see.
    public enum Limit: String, Sendable, CaseIterable {
        case httpRequests = "HTTP_REQUESTS"
        case storageItems = "STORAGE_ITEMS"
        case storageRequests = "STORAGE_REQUESTS"
    }
    public var limit: Limit
    /// How much of it is allowed.
    public var allowed: Int

    public init(_ limit: Limit, allowed: Int) {
        self.limit = limit
        self.allowed = allowed
    }

    public var description: String {
        switch limit {
        case .httpRequests: "the account has \(allowed) HTTP requests running, as many as it may; try again later"
        case .storageItems: "the account has \(allowed) entries in its storages, as many as it may; remove some"
        case .storageRequests: "Exceeded the limit of \(allowed) storage requests at a time!"
        }
    }
}
