import Billing
import CallControl
import Storage

/// An account's money as the API shows it.
struct Balances: Sendable, Equatable {
    /// The sum of what is booked.
    let fixed: Money
    /// The same less what is held for running calls: it falls while they run.
    let live: Money
}

/// The accounts' rows.
struct AccountStore {
    let transaction: Transaction

    /// How a request names an account.
    enum Name: Sendable {
        case id(Int64)
        case name(String)
        case email(String)

        var condition: (column: String, value: SQLValue) {
            switch self {
            case .id(let id): ("id", .integer(id))
            case .name(let name): ("name", .text(name))
            case .email(let email): ("email", .text(email.lowercased()))
            }
        }
    }

    /// What a new account begins with.
    struct NewAccount: Sendable {
        var parentID: AccountID?
        var name: String
        var email: String
        var apiKey: APIKey
        var currency: Currency
        var creditLimit: Money
        var isActive: Bool
        var languageCode = "en"
        var firstName: String?
        var lastName: String?
        var location: String?
        var customData: String?
        var notifies = false
    }

    func find(_ name: Name) throws -> (account: Account, keyDigest: String)? {
        let (column, value) = name.condition
        guard let row = try transaction.queryOne("SELECT * FROM account WHERE \(column) = ?", [value]) else {
            return nil
        }
        return (try Account(row: row), try row.text("api_key_digest"))
    }

    func insert(_ new: NewAccount, at now: UnixTime) throws -> AccountID {
        let row = try transaction.queryOne(
            """
            INSERT INTO account (parent_id, name, email, api_key_digest, currency, credit_limit, active, created_at,
                first_name, last_name, language_code, location, custom_data, notifications)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
            """,
            [
                .optional(new.parentID?.rawValue), .text(new.name), .text(new.email.lowercased()),
                .text(new.apiKey.digest), .text(new.currency.code), .integer(new.creditLimit.millionths),
                .flag(new.isActive), .integer(now.seconds), .optional(new.firstName), .optional(new.lastName),
                .text(new.languageCode), .optional(new.location), .optional(new.customData), .flag(new.notifies),
            ])
        return AccountID(rawValue: try row?.integer("id") ?? 0)
    }

    /// What an account has, and what of it is not held for running calls.
    func balances(of account: Account, at now: UnixTime) throws -> Balances {
        let funds = try LedgerStore(transaction: transaction).funds(of: account.id, at: now)
        return Balances(fixed: funds.balance, live: try funds.ownMoney())
    }

    func balance(of account: Account) throws -> Money {
        try LedgerStore(transaction: transaction).balance(of: account.id, account.currency)
    }
}
