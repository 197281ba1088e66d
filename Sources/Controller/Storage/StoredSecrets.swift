import Digests

/// Seals secrets on their way into the database, and opens them on their way out.
struct StoredSecrets: Sendable {
    let seal: SecretSeal

    /// - Parameter key: 64 hexadecimal digits.
    /// - Throws: `ControllerError` with `wrongConfiguration` for anything else.
    init(key: Secret) throws(ControllerError) {
        guard let octets = Hexadecimal.decode(key.revealed), let seal = SecretSeal(key: octets) else {
            throw ControllerError(
                .wrongConfiguration,
                "the storage key must be \(2 * SecretSeal.keyLength) hexadecimal digits; make one with "
                    + "'openssl rand -hex \(SecretSeal.keyLength)'")
        }
        self.seal = seal
    }

    /// The text for a place of the database, named like `account.api_key/demo`.
    func sealed(_ secret: Secret, _ place: String) -> String { seal.seal(secret.revealed, for: place) }

    /// The secret of a place; texts from before there was a storage key stand open and are taken as they are.
    ///
    /// - Throws: `ControllerError` with `wrongConfiguration` when another key has sealed it.
    func opened(_ text: String, _ place: String) throws(ControllerError) -> Secret {
        guard SecretSeal.isSealed(text) else { return Secret(text) }
        do {
            return Secret(try seal.open(text, for: place))
        } catch {
            throw ControllerError(
                .wrongConfiguration,
                "\(place) was sealed with another storage key; start with the key that the database was made with")
        }
    }
}
