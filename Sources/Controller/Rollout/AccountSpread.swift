/// How many accounts there are, and which version of the call scenario they have.
struct AccountSpread: Sendable, Equatable {
    /// Versions that accounts have, newest first.
    var versions: [(number: ScenarioNumber, accounts: Int64)] = []
    /// Accounts that are just being made.
    var withoutVersion: Int64 = 0

    var accounts: Int64 { versions.reduce(withoutVersion) { $0 + $1.accounts } }

    static func == (left: Self, right: Self) -> Bool {
        left.withoutVersion == right.withoutVersion && left.versions.elementsEqual(right.versions, by: ==)
    }
}
