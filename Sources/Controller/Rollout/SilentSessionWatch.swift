import Foundation
import Logging

/// Asks the platform for sessions that never said a word: a script that fails at once reports nothing itself.
///
/// Only the first accounts of a version are looked at; such a script fails everywhere.
struct SilentSessionWatch: Sendable {
    /// A session's row may come a little after its beginning.
    private static let overlap: Int64 = 120_000

    let versions: ScenarioVersions
    let calls: CallStore
    let provisioner: Provisioner
    let patrol: Patrol
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Looks again and again until cancelled.
    func run() async {
        await patrol.run("sessions of versions not looked at", logger) {
            for version in versions.plan.watched {
                for watched in (try? await versions.health.watched(version.number)) ?? [] {
                    await looked(at: watched, version.number)
                }
            }
        }
    }

    /// One account's trouble does not keep the others from being looked at.
    private func looked(at watched: HealthStore.Watched, _ version: ScenarioNumber) async {
        do {
            try await look(at: watched, version)
        } catch {
            logger.warning(
                "sessions of a version not looked at",
                metadata: [
                    "scenario.version": "\(version)", "portal.id": "\(watched.portal)", "error": "\(error)",
                ])
        }
    }

    private func look(at watched: HealthStore.Watched, _ version: ScenarioNumber) async throws {
        guard let account = try await provisioner.existing(watched.portal) else { return }
        let moment = now()
        // The platform counts in seconds: one that began with the old text in the very second may be among them.
        let sessions = try await provisioner.platform.sessionsBegun(
            from: watched.since, to: moment, account.credentials)
        var (counts, next) = (SessionCounts(), watched)
        for session in sessions where session.hasEnded && session.number > watched.lastSession {
            next.lastSession = max(next.lastSession, session.number)
            guard let failure = session.failure, try await isSilent(session, watched.portal) else { continue }
            counts.add(SessionCounts(SessionOutcome(version: version, failure: failure)))
        }
        next.since = max(watched.since, Moment(milliseconds: moment.milliseconds - Self.overlap))
        guard next != watched else { return }
        try await versions.health.note(counts, version, watched, next: next, at: moment)
    }

    /// Whether nobody has told the controller of this session, so that it is counted nowhere else.
    private func isSilent(_ session: PlatformSession, _ portal: PortalID) async throws -> Bool {
        guard let key = session.customData.flatMap(CallKey.init(rawValue:)) else { return true }
        return try await calls.find(key, portal) == nil
    }
}
