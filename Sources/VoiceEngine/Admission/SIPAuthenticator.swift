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
        let domain = domain.lowercased()
        let credentials = (try? request.headers.authorization) ?? []
        let username = credentials.first { $0.realm == domain }?.username ?? ""
        let user = UserAddress(username: username, domain: domain)
        return router.secret(of: user).assumeIsolated().map { secret in
            self.verdict(request, credentials, user, secret, flow)
        }.nonisolated()
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
