/// The API keys that the platform can tell although only their digests are stored.
///
/// A master account's key stands in the configuration, a child's is derived from it.
struct AccountKeys: Sendable {
    let masters: [MasterAccount]

    /// The key of a master account, nil when the configuration does not have it any more.
    func key(ofMaster name: String) -> APIKey? {
        masters.first { $0.name == name }.map { APIKey(text: $0.apiKey) }
    }

    /// The key of a child; nil when it was derived from a key that its parent no longer has.
    func key(ofChild name: String, of parent: String, digest: String) -> APIKey? {
        guard let parent = key(ofMaster: parent) else { return nil }
        let key = APIKey.ofChild(name: name, parent: parent)
        return key.matches(digest: digest) ? key : nil
    }
}

extension MethodCall {
    /// The key of the calling master account, however it has authenticated.
    ///
    /// - Throws: ``APIError`` 104 when the caller is no master account of the configuration.
    func masterKey() throws(APIError) -> APIKey {
        guard let key = AccountKeys(masters: configuration.masterAccounts).key(ofMaster: account.name) else {
            throw APIError.forbidden
        }
        return key
    }
}
