import Billing
import CallControl
import Digests
import OutsideRequests
import Storage

/// The body of one request to an account: `{"callbacks":[…]}`.
struct CallbackMessage: Sendable, Equatable {
    let address: OutsideAddress
    let body: String

    /// Why an account's callbacks cannot be sent now.
    enum Obstacle: Error, Sendable, Equatable, CustomStringConvertible {
        case noAddress
        /// The account's key is derived from one that its parent no longer has, and the hash needs it.
        case unknownKey

        var description: String {
            switch self {
            case .noAddress: "the account's callback URL is missing or forbidden; set another one"
            case .unknownKey:
                "the account's API key is not known, so the hash cannot be made; make the account a new key"
            }
        }
    }
}

extension CallbackMessage {
    /// - Throws: ``Obstacle``, or what the database says.
    init(
        _ group: [CallbackOutbox.Waiting], for account: AccountID, keys: AccountKeys, policy: OutsidePolicy,
        in transaction: Transaction
    ) throws {
        let row = try transaction.queryOne("SELECT * FROM account WHERE id = ?", [.integer(account.rawValue)])
        guard let row, let url = try row.optionalText("callback_url"),
            let address = OutsideAddress(url, policy: policy)
        else { throw Obstacle.noAddress }
        let owner = try Account(row: row)
        guard let key = try Self.key(of: owner, digest: try row.text("api_key_digest"), keys, transaction) else {
            throw Obstacle.unknownKey
        }
        let salt = try row.optionalText("callback_salt") ?? ""
        let balance = try AccountStore(transaction: transaction).balance(of: owner)
        let items = group.map { Self.item($0, owner, balance, salt: salt, key: key) }
        self.address = address
        body = "{\"callbacks\":[\(items.joined(separator: ","))]}"
    }

    /// MD5 of the texts of salt, account id, API key and callback id in a row.
    static func hash(salt: String, account: AccountID, key: APIKey, callback: Int64) -> String {
        HashFunction.md5.hexDigest("\(salt)\(account.rawValue)\(key.text)\(callback)")
    }

    private static func key(
        of account: Account, digest: String, _ keys: AccountKeys, _ transaction: Transaction
    ) throws -> APIKey? {
        guard let parentID = account.parentID else { return keys.key(ofMaster: account.name) }
        guard let parent = try AccountStore(transaction: transaction).find(.id(parentID.rawValue))?.account else {
            return nil
        }
        return keys.key(ofChild: account.name, of: parent.name, digest: digest)
    }

    private static func item(
        _ waiting: CallbackOutbox.Waiting, _ account: Account, _ balance: Money, salt: String, key: APIKey
    ) -> String {
        let head = JSONValue.members([
            "callback_id": .integer(waiting.id), "type": .string(waiting.type),
            "account_id": .integer(account.id.rawValue),
            "hash": .string(hash(salt: salt, account: account.id, key: key, callback: waiting.id)),
            "account_name": .string(account.name), "account_email": .string(account.email),
            "language_code": .string(account.profile.languageCode),
            "account_first_name": .optional(account.profile.firstName),
            "account_last_name": .optional(account.profile.lastName), "balance": .decimal(balance.decimalText),
            "currency": .string(account.currency.code),
        ]).encoded
        // The payload is stored as JSON text, so it is put in as it is.
        return "\(head.dropLast()),\(JSONValue.string(waiting.type).encoded):\(waiting.payload)}"
    }
}
