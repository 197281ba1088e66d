import Digests

/// Which portals a version is for: a share of all, beside portals that are named.
struct Audience: Sendable, Equatable {
    /// A longer list is refused: every controller keeps it in memory.
    static let mostNames = 10_000

    var share = PerMille.nothing
    /// In, whatever the share.
    var included: Set<PortalID> = []
    /// Out, whatever the share; this wins.
    var excluded: Set<PortalID> = []

    var isEverybody: Bool { share == .everything && excluded.isEmpty }

    /// Whether the version is for the portal; the same answer always, and a greater share never takes anybody out.
    ///
    /// The version is part of the draw, so that it is not always the same portals who get news first.
    func contains(_ portal: PortalID, of version: ScenarioNumber) -> Bool {
        if excluded.contains(portal) { return false }
        if share == .everything || included.contains(portal) { return true }
        return share > .nothing && Self.place(portal, of: version) < share.rawValue
    }

    /// The portal's place among 0 to 999, by digest.
    static func place(_ portal: PortalID, of version: ScenarioNumber) -> Int64 {
        let digest = HashFunction.sha256.digest("\(version)/\(portal)".utf8)
        let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Int64(number % 1000)
    }
}
