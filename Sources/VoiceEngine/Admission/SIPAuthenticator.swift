import Digests
import Foundation
import NIOCore
import SIP

/// Finds out who sent a request, by the digests that the platform keeps (RFC 7616).
///
/// Used on the engine's event loop. An unknown user, a wrong password and an unknown domain get the same answer.
final class SIPAuthenticator {
    enum Verdict {
        case authenticated(UserAddress)
        /// Answer 401 with these header fields.
        case challenge(SIPHeaders)
        /// Too many failures from this source: no answer is worth the effort.
        case banned
    }

    /// Domains beyond this share one challenge, so that invented ones cost no memory.
    static let mostDomains = 10_000

    private let router: any CallRouter
    private let algorithms: [DigestAlgorithm]
    private let secret = SecureRandom.bytes(32)
    private var authenticators: [String: DigestAuthenticator] = [:]
    private var failures = FailureMemory()

    init(router: any CallRouter, algorithms: [DigestAlgorithm]) {
        self.router = router
        self.algorithms = algorithms
    }

    /// Judges the request as one of a user of `domain`.
    func judge(_ request: SIPRequest, domain: String, flow: SIPFlow) -> EventLoopFuture<Verdict> {
        let (user, credentials) = Self.claim(of: request, in: domain.lowercased())
        return router.secret(of: user).assumeIsolated().map { secret in
            self.verdict(request, credentials, user, secret, flow)
        }.nonisolated()
    }

    /// Judges the request as one of a peer whose password is known here.
    ///
    /// - Parameter password: that of a name; nil for a name that nobody bears.
    func judge(_ request: SIPRequest, realm: String, flow: SIPFlow, password: (String) -> String?) -> Verdict {
        let (user, credentials) = Self.claim(of: request, in: realm.lowercased())
        let secret = password(user.username).map { UserSecret(user, password: $0) }
        return verdict(request, credentials, user, secret, flow)
    }

    /// Who the sender says that he is in a realm.
    private static func claim(of request: SIPRequest, in realm: String) -> (UserAddress, [DigestCredentials]) {
        let credentials = (try? request.headers.authorization) ?? []
        let username = credentials.first { $0.realm == realm }?.username ?? ""
        return (UserAddress(username: username, domain: realm), credentials)
    }

    private func verdict(
        _ request: SIPRequest, _ credentials: [DigestCredentials], _ user: UserAddress, _ secret: UserSecret?,
        _ flow: SIPFlow
    ) -> Verdict {
        let now = Date().timeIntervalSince1970
        guard !failures.isBanned(flow.remoteAddress, at: now) else { return .banned }
        var authenticator =
            authenticators[user.domain]
            ?? DigestAuthenticator(realm: user.domain, secret: self.secret, algorithms: algorithms)
        let verdict = authenticator.verify(credentials, method: request.method, at: .seconds(now)) { _, algorithm in
            guard let secret else { return nil }
            return algorithm == .md5 || algorithm == .md5Session ? secret.md5 : secret.sha256
        }
        let isStale = verdict == .stale
        switch verdict {
        case .authenticated:
            remember(authenticator, for: user.domain)
            failures.forget(flow.remoteAddress)
            return .authenticated(user)
        case .refused(.wrong): failures.note(flow.remoteAddress, at: now)
        case .refused, .stale: break
        }
        var headers = SIPHeaders()
        var generator = SystemRandomNumberGenerator()
        for challenge in authenticator.challenges(at: .seconds(now), salt: generator.next(), isStale: isStale) {
            headers.append(.wwwAuthenticate, challenge.description)
        }
        remember(authenticator, for: user.domain)
        return .challenge(headers)
    }

    private func remember(_ authenticator: DigestAuthenticator, for domain: String) {
        guard authenticators[domain] != nil || authenticators.count < Self.mostDomains else { return }
        authenticators[domain] = authenticator
    }
}

extension UserSecret {
    /// The digests of a password (RFC 7616 3.4.2).
    init(_ user: UserAddress, password: String) {
        let text = "\(user.username):\(user.domain):\(password)"
        self.init(md5: HashFunction.md5.hexDigest(text), sha256: HashFunction.sha256.hexDigest(text))
    }
}

/// Remembers which sources keep guessing passwords.
struct FailureMemory {
    static let window = 60.0
    static let banTime = 300.0
    static let allowed = 20
    static let mostSources = 50_000

    private struct Record {
        var count: Int
        var since: Double
        var bannedUntil: Double
    }

    private var records: [String: Record] = [:]

    func isBanned(_ source: String, at now: Double) -> Bool { (records[source]?.bannedUntil ?? 0) > now }

    mutating func note(_ source: String, at now: Double) {
        var record = records[source] ?? Record(count: 0, since: now, bannedUntil: 0)
        if now - record.since > Self.window { record = Record(count: 0, since: now, bannedUntil: 0) }
        record.count += 1
        if record.count >= Self.allowed { record.bannedUntil = now + Self.banTime }
        if records.count >= Self.mostSources, records[source] == nil {
            records = records.filter { $0.value.bannedUntil > now }
            guard records.count < Self.mostSources else { return }
        }
        records[source] = record
    }

    mutating func forget(_ source: String) { records[source] = nil }
}
