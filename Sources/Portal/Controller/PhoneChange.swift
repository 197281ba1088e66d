/// What an employee telephones with.
enum PhoneDevice: String, Sendable, Hashable, CaseIterable {
    case browser
    case phone

    /// As the controller's protocol names it.
    var name: String { rawValue.uppercased() }
}

/// What may be done to a device's credentials.
enum PhoneChange: String, Sendable, Hashable, CaseIterable {
    case password
    case disable
    case enable

    /// The controller's command for it.
    var command: String {
        switch self {
        case .password: "SetUserPassword"
        case .disable: "DisableUser"
        case .enable: "EnableUser"
        }
    }
}
