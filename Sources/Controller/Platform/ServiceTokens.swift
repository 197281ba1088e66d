import Billing
import Digests
import Synchronization

/// Tokens of the masters' service accounts, made when they are needed and used until shortly before they expire.
final class ServiceTokens: Sendable {
    /// A stolen token is worth something for this long, in seconds.
    static let life: Int64 = 600
    /// How long before its end a token is made anew, and how far into the past it begins, for clocks that differ.
    static let margin: Int64 = 60
    static let backDating: Int64 = 5
    /// So many accounts talk to the platform within a token's life; more than that are signed for each time.
    static let mostTokens = 10_000

    private struct Holder: Hashable {
        var account: Int64
        var master: Currency
    }

    private struct Token {
        var text: String
        var expiresAt: Int64
    }

    private let keys: [Currency: ServiceKey]
    private let now: @Sendable () -> Moment
    private let tokens = Mutex<[Holder: Token]>([:])

    init(keys: [Currency: ServiceKey], now: @escaping @Sendable () -> Moment) {
        self.keys = keys
        self.now = now
    }

    /// A token for the master account of the currency, or a child of it.
    ///
    /// - Throws: `ManagementError` of kind `unsigned` for a master without a key.
    func token(for account: Int64, master: Currency, _ method: String) throws(ManagementError) -> String {
        let (seconds, holder) = (now().seconds, Holder(account: account, master: master))
        if let token = tokens.withLock({ $0[holder] }), seconds < token.expiresAt - Self.margin { return token.text }
        guard let key = keys[master] else {
            throw ManagementError(
                method: method,
                kind: .unsigned("no service key of the master account for \(master.code); add its key file"))
        }
        let issuedAt = seconds - Self.backDating
        let text: String
        do throws(RSAError) {
            text = try key.token(for: account, issuedAt: issuedAt, life: Self.life)
        } catch {
            throw ManagementError(method: method, kind: .unsigned("\(error)"))
        }
        remember(Token(text: text, expiresAt: issuedAt + Self.life), holder, at: seconds)
        return text
    }

    private func remember(_ token: Token, _ holder: Holder, at seconds: Int64) {
        tokens.withLock { tokens in
            if tokens.count >= Self.mostTokens { tokens = tokens.filter { seconds < $0.value.expiresAt - Self.margin } }
            if tokens.count < Self.mostTokens { tokens[holder] = token }
        }
    }
}
