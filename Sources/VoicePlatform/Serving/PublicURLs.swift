/// The addresses that the platform gives out.
struct PublicURLs: Sendable {
    let base: String
    let secureBase: String

    init(_ configuration: VoicePlatformConfiguration) {
        base = configuration.publicURL ?? "http://\(configuration.host):\(configuration.port)"
        secureBase = configuration.publicSecureURL ?? base
    }

    func log(_ name: String) -> String { "\(base)/log/\(name)" }
    func record(_ name: String) -> String { "\(base)/record/\(name)" }
    func access(_ path: String) -> String { base + path }
    func accessSecure(_ path: String) -> String { secureBase + path }
}
