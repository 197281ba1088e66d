/// What the holder of a service account's key may do.
enum AccountRole: String, Sendable, CaseIterable {
    case owner = "Owner"
    case admin = "Admin"
    case accountant = "Accountant"
    case developer = "Developer"
    case supervisor = "Supervisor"
    case support = "Support"
    case scenarios = "Scenarios"
    case userManager = "UserManager"

    /// The number that the API gives the role.
    var id: Int64 { Int64((Self.allCases.firstIndex(of: self) ?? 0) + 1) }

    init?(id: Int64) {
        guard (1...Int64(Self.allCases.count)).contains(id) else { return nil }
        self = Self.allCases[Int(id) - 1]
    }

    /// The role of a name, whatever its case and spaces.
    init?(name: String) {
        func folded(_ text: String) -> String { text.lowercased().filter { $0 != " " && $0 != "_" } }
        guard let found = Self.allCases.first(where: { folded($0.rawValue) == folded(name) }) else { return nil }
        self = found
    }

    var json: JSONValue { .members(["role_id": .integer(id), "role_name": .string(rawValue)]) }
}

/// The roles of which a method asks one; an API key of the account has all of them.
struct RoleSet: Sendable, Equatable {
    let roles: Set<AccountRole>

    init(_ roles: [AccountRole]) { self.roles = Set(roles) }

    func admits(_ held: Set<AccountRole>) -> Bool { !roles.isDisjoint(with: held) }

    static let everyone = RoleSet(AccountRole.allCases)
    /// Other accounts.
    static let owners = RoleSet([.owner])
    /// Keys, and the account itself.
    static let administrators = RoleSet([.owner, .admin])
    /// Money, and what is paid by the month.
    static let accountants = RoleSet([.owner, .admin, .accountant])
    /// Applications, numbers, lists.
    static let developers = RoleSet([.owner, .admin, .developer])
    static let scenarioWriters = RoleSet([.owner, .admin, .developer, .scenarios])
    static let userKeepers = RoleSet([.owner, .admin, .developer, .userManager])
    /// Histories, recordings and logs.
    static let observers = RoleSet([.owner, .admin, .accountant, .developer, .supervisor, .support])
    /// Session logs of applications with secure storage.
    static let logReaders = RoleSet([.owner, .admin, .developer, .supervisor, .support])
}
