import CallControl

/// The addresses that the platform gives out.
struct PublicURLs: Sendable {
    let base: String
    let secureBase: String
    private var signature: Signature?

    private struct Signature: Sendable {
        let signing: URLSigning
        let account: AccountID
        let expiry: UnixTime
    }

    init(_ configuration: VoicePlatformConfiguration) {
        base = configuration.publicURL ?? "http://\(configuration.host):\(configuration.port)"
        secureBase = configuration.publicSecureURL ?? base
    }

    /// The same addresses; those of recordings and logs open without a key until a moment.
    func signed(for account: AccountID, by signing: URLSigning, until expiry: UnixTime) -> PublicURLs {
        var urls = self
        urls.signature = Signature(signing: signing, account: account, expiry: expiry)
        return urls
    }

    func log(_ name: String) -> String { file("/log/\(name)") }
    func record(_ name: String) -> String { file("/record/\(name)") }
    func access(_ path: String) -> String { base + path }
    func accessSecure(_ path: String) -> String { secureBase + path }

    private func file(_ path: String) -> String {
        guard let signature else { return base + path }
        let query = signature.signing.query(path: path, account: signature.account, until: signature.expiry)
        return "\(base)\(path)?\(query)"
    }
}
