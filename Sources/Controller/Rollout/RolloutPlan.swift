/// Which version each portal's account is to run: a pure function of the versions and the portal.
struct RolloutPlan: Sendable, Equatable {
    /// Newest first, down to the newest that is complete.
    let versions: [ScenarioVersion]
    /// Of all versions that exist, whatever their state.
    let newest: ScenarioNumber?

    init(_ versions: [ScenarioVersion] = []) {
        let sorted = versions.sorted { $0.number > $1.number }
        newest = sorted.first?.number
        let base = sorted.firstIndex { $0.state == .complete } ?? sorted.endIndex
        self.versions = Array(sorted.prefix(base + 1))
    }

    subscript(number: ScenarioNumber) -> ScenarioVersion? { versions.first { $0.number == number } }

    /// The version for the portal's account: the newest that is for it.
    ///
    /// - Parameter running: What the account has; a version that pauses is kept by those who have it.
    /// - Returns: Nil when nothing was ever published to everybody, or when the account has a version from after all of
    ///   these, which stays.
    func version(for portal: PortalID, running: ScenarioNumber?) -> ScenarioNumber? {
        if let running, let newest, running > newest { return nil }
        return versions.first { version in
            switch version.state {
            case .complete: true
            case .rollingOut: version.audience.contains(portal, of: version.number)
            case .paused: running == version.number && version.audience.contains(portal, of: version.number)
            case .draft, .stopped, .withdrawn: false
            }
        }?.number
    }

    /// What accounts would run without this version: the newest below it that is everybody's.
    func predecessor(of number: ScenarioNumber) -> ScenarioVersion? {
        versions.first { version in
            guard version.number < number else { return false }
            return version.state == .complete || version.state == .rollingOut && version.audience.isEverybody
        }
    }

    /// Versions whose text accounts may get now.
    var offered: [ScenarioNumber] {
        versions.filter { [.rollingOut, .paused, .complete].contains($0.state) }.map(\.number)
    }

    /// Versions whose health is judged.
    var watched: [ScenarioVersion] { versions.filter { $0.state == .rollingOut || $0.state == .paused } }
}
