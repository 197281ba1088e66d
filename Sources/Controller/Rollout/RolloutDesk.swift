import Digests
import Foundation

/// What the operator does with versions of the call scenario.
struct RolloutDesk: Sendable {
    static let longestNote = 500

    let versions: ScenarioVersions
    let keeper: RolloutKeeper
    let journal: StaffJournal
    let now: @Sendable () -> Moment

    /// A change of a version's audience; what is nil stays as it is.
    struct Change: Sendable, Equatable {
        var share: PerMille?
        var included: Set<PortalID>?
        var excluded: Set<PortalID>?

        func applied(to audience: Audience) -> Audience {
            Audience(
                share: share ?? audience.share, included: included ?? audience.included,
                excluded: excluded ?? audience.excluded)
        }

        /// As the staff's journal has it.
        var text: String {
            func names(_ name: String, _ portals: Set<PortalID>?) -> String? {
                portals.map { "\(name)=\($0.sorted().map(\.rawValue).joined(separator: ","))" }
            }
            return [share.map { "share=\($0.rawValue)" }, names("include", included), names("exclude", excluded)]
                .compactMap(\.self).joined(separator: " ")
        }
    }

    /// Publishes a text: one row, and no account is touched, however many there are.
    ///
    /// - Parameter change: Begins the rollout at once; without it the version stays a draft.
    /// - Throws: `ControllerError` with `scenarioInvalid` for a text that no platform takes.
    func publish(source: String, note: String, by name: String, change: Change?) async throws -> ScenarioNumber {
        guard !source.isEmpty, source.utf8.count < ScenarioText.longest - 1024, !source.utf8.contains(0) else {
            throw ControllerError(
                .scenarioInvalid,
                "the scenario has \(source.utf8.count) bytes; 1 to \(ScenarioText.longest - 1025) are possible, none of them 0"
            )
        }
        guard note.count <= Self.longestNote else {
            throw ControllerError(.wrongRequest, "note takes \(Self.longestNote) characters; shorten it")
        }
        let audience = try checked(change?.applied(to: Audience()) ?? Audience())
        let act = StaffAct(.versionPublished, change?.text ?? "", by: name, at: now())
        let number = try await versions.store.publish(
            ScenarioVersionStore.Draft(
                source: source, digest: HashFunction.sha256.hexDigest(source), programNumber: nil, createdBy: name,
                note: note, state: change == nil ? .draft : .rollingOut, audience: audience), atLeast: nil, at: act.at,
            act)
        journal.log(act.to("\(number)"))
        try await versions.reload()
        return number
    }

    /// Begins a draft's rollout, or changes whom a version is for.
    func change(_ number: ScenarioNumber, _ change: Change, by name: String) async throws {
        let version = try await found(number)
        guard let base = versions.plan.versions.last(where: { $0.state == .complete }), number > base.number else {
            throw refused("a version that is complete, or older than one, is for everybody or nobody")
        }
        let audience = try checked(change.applied(to: version.audience))
        let state = version.state == .paused ? ScenarioVersion.State.paused : .rollingOut
        try await move(
            number, from: [version.state == .paused ? .paused : .draft, .rollingOut], to: state, audience: audience,
            StaffAct(.rolloutChanged, "\(number) \(change.text)", by: name, at: now()),
            "only a draft or a version that rolls out can change its audience")
    }

    /// Nobody else gets the version; who has it keeps it.
    func pause(_ number: ScenarioNumber, by name: String) async throws {
        try await move(
            number, from: [.rollingOut], to: .paused, StaffAct(.rolloutPaused, "\(number)", by: name, at: now()),
            "only a version that rolls out can pause")
    }

    func resume(_ number: ScenarioNumber, by name: String) async throws {
        try await move(
            number, from: [.paused], to: .rollingOut, StaffAct(.rolloutResumed, "\(number)", by: name, at: now()),
            "only a version that pauses can be resumed")
    }

    /// Takes the version back, for good: its accounts get the one before it. A draft is withdrawn.
    func stop(_ number: ScenarioNumber, by name: String) async throws {
        let version = try await found(number)
        let act = StaffAct(.versionStopped, "\(number)", by: name, at: now())
        if version.state == .draft {
            return try await move(number, from: [.draft], to: .withdrawn, act, "the draft has been changed meanwhile")
        }
        if version.state == .complete, try await versions.store.completed(before: number) == nil {
            throw refused("there is no version before it that accounts could go back to; publish one")
        }
        try await move(
            number, from: [.rollingOut, .paused, .complete], to: .stopped, reason: "by \(name)", act,
            "the version has been taken back already")
    }

    /// The version with its health and its predecessor's.
    func status(_ number: ScenarioNumber) async throws -> RolloutStatus {
        let version = try await found(number)
        let since = HealthStore.day(version.startedAt ?? version.createdAt)
        let predecessor = versions.plan.predecessor(of: number)
        var before: VersionHealth?
        if let predecessor { before = try await keeper.health(of: predecessor, since: since - RolloutKeeper.days) }
        return RolloutStatus(
            version: version, health: try await keeper.health(of: version, since: since),
            predecessor: predecessor?.number, before: before,
            days: try await versions.health.days(number, since: HealthStore.day(now()) - 13),
            worst: try await versions.health.failures(number).worst, spread: try await versions.store.spread())
    }

    private func found(_ number: ScenarioNumber) async throws -> ScenarioVersion {
        guard let version = try await versions.store.find(number) else {
            throw ControllerError(.versionUnknown, "there is no scenario version \(number)")
        }
        return version
    }

    private func checked(_ audience: Audience) throws(ControllerError) -> Audience {
        guard audience.included.count + audience.excluded.count <= Audience.mostNames else {
            throw ControllerError(
                .wrongRequest, "\(Audience.mostNames) portals can be named; use a share of all for more")
        }
        guard audience.included.isDisjoint(with: audience.excluded) else {
            throw ControllerError(.wrongRequest, "a portal cannot be included and excluded")
        }
        return audience
    }

    private func move(
        _ number: ScenarioNumber, from states: [ScenarioVersion.State], to state: ScenarioVersion.State,
        audience: Audience? = nil, reason: String? = nil, _ act: StaffAct, _ refusal: String
    ) async throws {
        _ = try await found(number)
        let isDone = try await versions.store.change(
            number, from: states, to: state, audience: audience, reason: reason, at: act.at, act)
        guard isDone else { throw refused(refusal) }
        journal.log(act)
        try await versions.reload()
    }

    private func refused(_ message: String) -> ControllerError { ControllerError(.versionState, message) }
}

/// Everything that the operator is shown of a version.
struct RolloutStatus: Sendable {
    var version: ScenarioVersion
    var health: VersionHealth
    var predecessor: ScenarioNumber?
    var before: VersionHealth?
    /// By days since 1970.
    var days: [Int64: SessionCounts]
    /// Accounts with the most failed sessions.
    var worst: [(PortalID, Int64)]
    /// What the other accounts have.
    var spread: AccountSpread
}
