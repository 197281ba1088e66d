import CallControl
import Storage

/// What a request brings to prove who sends it.
struct Credentials: Sendable {
    /// The `Authorization` header.
    var authorization: String?
    var parameters: MethodParameters
}

/// Who calls: for which account, and what he may do there.
struct Caller: Sendable, Equatable {
    let account: Account
    let roles: Set<AccountRole>
    /// The service account's key; nil for an API key.
    let keyID: ServiceKeyID?
}

/// Decides which account a request comes from.
///
/// A missing, unknown or foreign key, a missing or unknown account, and a token that nobody of the account has signed
/// are refused alike, so that nothing is learned about other accounts.
struct Authentication {
    let transaction: Transaction
    let now: UnixTime

    /// The caller of the request's credentials.
    ///
    /// - Throws: ``APIError`` 100; 131 for right credentials of an account that is not active; 447 and 454 to 456 for
    ///   tokens.
    func caller(_ credentials: Credentials, for access: APIMethod.Access) throws -> Caller {
        let caller =
            if let authorization = credentials.authorization {
                try bearer(authorization, credentials.parameters, for: access)
            } else {
                Caller(
                    account: try account(credentials.parameters, for: access), roles: Set(AccountRole.allCases),
                    keyID: nil)
            }
        guard caller.account.isActive else { throw APIError(code: 131, message: "The account isn't activated.") }
        return caller
    }

    // MARK: API key

    private func account(_ parameters: MethodParameters, for access: APIMethod.Access) throws -> Account {
        let prefix = access == .parent ? "parent_account" : "account"
        let keyName = access == .parent ? "parent_account_api_key" : "api_key"
        guard let names = try? accountNames(parameters, prefix: prefix), names.count == 1,
            let key = try? parameters.optionalText(keyName, maximumLength: 200)
        else { throw APIError.authorizationFailed }
        let found = try AccountStore(transaction: transaction).find(names[0])
        // An unknown account costs the same comparison as a known one.
        let stored = found?.keyDigest ?? String(repeating: "0", count: 64)
        guard APIKey(text: key).matches(digest: stored), let account = found?.account else {
            throw APIError.authorizationFailed
        }
        return account
    }

    private func accountNames(_ parameters: MethodParameters, prefix: String) throws -> [AccountStore.Name] {
        var names: [AccountStore.Name] = []
        if let id = try parameters.optionalInteger("\(prefix)_id") { names.append(.id(id)) }
        // The child's own name and e-mail are parameters of AddAccount, the parent's carry the prefix.
        if let name = try parameters.optionalText("\(prefix)_name", maximumLength: 64) { names.append(.name(name)) }
        if let email = try parameters.optionalText("\(prefix)_email", maximumLength: 254) {
            names.append(.email(email))
        }
        return names
    }

    // MARK: Service account

    private func bearer(
        _ authorization: String, _ parameters: MethodParameters, for access: APIMethod.Access
    ) throws -> Caller {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw APIError.authorizationFailed }
        let token = try ServiceToken(String(parts[1]))
        guard let key = try ServiceKeyStore(transaction: transaction).find(token.keyID),
            token.isSigned(by: key.publicKey),
            let issuer = try AccountStore(transaction: transaction).find(.id(token.accountID))?.account,
            issuer.id == key.accountID || issuer.parentID == key.accountID,
            let account = try target(of: issuer, parameters, for: access),
            try key.accountID == issuer.id || isActive(key.accountID)
        else { throw APIError.authorizationFailed }
        try token.checkTimes(now: now)
        return Caller(account: account, roles: key.roles, keyID: key.id)
    }

    /// The account that the request names beside its token, if it does: the token's own or one of its children.
    private func target(
        of issuer: Account, _ parameters: MethodParameters, for access: APIMethod.Access
    ) throws -> Account? {
        guard let names = try? accountNames(parameters, prefix: access == .parent ? "parent_account" : "account") else {
            return nil
        }
        guard let name = names.first else { return issuer }
        guard names.count == 1, let named = try AccountStore(transaction: transaction).find(name)?.account,
            named.id == issuer.id || named.parentID == issuer.id
        else { return nil }
        return named
    }

    private func isActive(_ account: AccountID) throws -> Bool {
        try AccountStore(transaction: transaction).find(.id(account.rawValue))?.account.isActive ?? false
    }
}
