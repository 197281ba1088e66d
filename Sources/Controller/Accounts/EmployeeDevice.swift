/// What an employee telephones with; each has a login of its own at the voice platform.
enum EmployeeDevice: String, Sendable, Hashable, CaseIterable {
    case browser = "BROWSER"
    case phone = "PHONE"

    func login(_ employee: Int64) -> String {
        switch self {
        case .browser: PlatformNames.browser(employee)
        case .phone: PlatformNames.phone(employee)
        }
    }

    /// Whose login a name is, and with which device; nil for another user of the account.
    ///
    /// - Parameter name: A user's name, alone or as an address.
    static func owner(of name: String) -> (employee: Int64, device: EmployeeDevice)? {
        let name = name.prefix { $0 != "@" }
        let digits = name.drop { !("0"..."9").contains($0) }
        guard let employee = Int64(digits) else { return nil }
        return allCases.first { $0.login(employee) == name }.map { (employee, $0) }
    }
}
