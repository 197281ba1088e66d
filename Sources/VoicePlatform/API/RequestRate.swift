import CallControl
import Synchronization

/// How many requests an account may send: so many at once, and so many in each second after that.
struct RequestRate: Sendable, Equatable {
    var burst: Int
    var perSecond: Int
}

/// What the accounts have left of their requests.
///
/// A value: time is an argument. An account that has everything left is forgotten.
struct RequestBudget: Sendable {
    private struct Account {
        /// Thousandths of a request.
        var left: Int64
        var at: UnixTime
    }

    private let rate: RequestRate
    private var accounts: [AccountID: Account] = [:]

    private static let maximumAccounts = 10_000

    init(rate: RequestRate) { self.rate = rate }

    /// Takes one request; false when the account has none left.
    mutating func take(_ account: AccountID, at now: UnixTime) -> Bool {
        var entry = refilled(accounts[account], at: now)
        guard entry.left >= 1000 else {
            accounts[account] = entry
            return false
        }
        entry.left -= 1000
        if accounts[account] == nil, accounts.count >= Self.maximumAccounts { forgetIdle(at: now) }
        accounts[account] = entry
        return true
    }

    private var full: Int64 { Int64(rate.burst) * 1000 }

    private func refilled(_ entry: Account?, at now: UnixTime) -> Account {
        guard let entry else { return Account(left: full, at: now) }
        // A clock that was set back gives nothing; a pause of a day fills every budget.
        let elapsed = min(max(0, now.milliseconds - entry.at.milliseconds), 86_400_000)
        return Account(left: min(full, entry.left + elapsed * Int64(rate.perSecond)), at: now)
    }

    private mutating func forgetIdle(at now: UnixTime) {
        accounts = accounts.filter { refilled($0.value, at: now).left < full }
    }
}

/// The accounts' budgets, shared by all requests.
final class RequestGate: Sendable {
    private let budget: Mutex<RequestBudget>

    init(rate: RequestRate) { budget = Mutex(RequestBudget(rate: rate)) }

    /// - Throws: ``APIError`` 340 when the account has sent too many requests.
    func pass(_ account: AccountID, at now: UnixTime) throws(APIError) {
        guard budget.withLock({ $0.take(account, at: now) }) else {
            throw APIError(code: 340, message: "Too many requests; send fewer in a second.")
        }
    }
}
