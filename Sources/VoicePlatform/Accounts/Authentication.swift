import Storage

/// Decides which account a request comes from.
struct Authentication {
    let transaction: Transaction

    /// The account of the request's credentials.
    ///
    /// A missing, unknown or foreign key and a missing or unknown account are refused alike.
    /// - Throws: ``APIError`` 100, or 131 for the right key of an account that is not active.
    func account(_ parameters: MethodParameters, for access: APIMethod.Access) throws -> Account {
        let prefix = access == .parent ? "parent_account" : "account"
        let keyName = access == .parent ? "parent_account_api_key" : "api_key"
        guard let name = try? accountName(parameters, prefix: prefix),
            let key = try? parameters.optionalText(keyName, maximumLength: 200)
        else { throw APIError.authorizationFailed }
        let found = try AccountStore(transaction: transaction).find(name)
        // An unknown account costs the same comparison as a known one.
        let stored = found?.keyDigest ?? String(repeating: "0", count: 64)
        guard APIKey(text: key).matches(digest: stored), let account = found?.account else {
            throw APIError.authorizationFailed
        }
        guard account.isActive else { throw APIError(code: 131, message: "The account isn't activated.") }
        return account
    }

    /// Exactly one of id, name and e-mail.
    private func accountName(_ parameters: MethodParameters, prefix: String) throws -> AccountStore.Name? {
        var names: [AccountStore.Name] = []
        if let id = try parameters.optionalInteger("\(prefix)_id") { names.append(.id(id)) }
        // The child's own name and e-mail are parameters of AddAccount, the parent's carry the prefix.
        if let name = try parameters.optionalText("\(prefix)_name", maximumLength: 64) { names.append(.name(name)) }
        if let email = try parameters.optionalText("\(prefix)_email", maximumLength: 254) {
            names.append(.email(email))
        }
        return names.count == 1 ? names[0] : nil
    }
}
