/// What a `UserAgent` needs to know about its element.
public struct UserAgentSettings: Hashable, Sendable {
    /// What calls have in common.
    public var invite: InviteSettings
    /// Methods handed to the shell by `UserAgentAction.request` instead of being answered by 405.
    public var forwarded: [SIPMethod]
    /// False hands OPTIONS outside calls to the shell; true answers them by 200.
    public var answersOptions: Bool
    /// Calls that are not over, of both directions; INVITEs beyond get 503.
    public var maximumSessions: Int
    /// Transactions of both sides; requests beyond get 503.
    public var maximumTransactions: Int
    /// Seconds in the Retry-After of such a 503.
    public var retryAfter: Int

    /// The usual settings, or others.
    public init(
        invite: InviteSettings = InviteSettings(), forwarded: [SIPMethod] = [.register, .message],
        answersOptions: Bool = true, maximumSessions: Int = 10_000, maximumTransactions: Int = 100_000,
        retryAfter: Int = 10
    ) {
        self.invite = invite
        self.forwarded = forwarded
        self.answersOptions = answersOptions
        self.maximumSessions = maximumSessions
        self.maximumTransactions = maximumTransactions
        self.retryAfter = retryAfter
    }

    /// The value of Allow.
    var allowText: String {
        let further = forwarded.filter { !invite.allow.contains($0) }
        return (invite.allow + further).map(\.rawValue).joined(separator: ", ")
    }
}
