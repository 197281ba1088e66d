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
}
