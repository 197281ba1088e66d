import PhoneNumbers

/// Credentials of employees and the portal's numbers.
extension Provisioner {
    /// One employee's two devices.
    struct EmployeeCredentials: Sendable {
        var account: Account
        var browserLogin: String
        var browserPassword: Secret
        var phoneLogin: String
        var phonePassword: Secret
    }

    /// The employee's credentials, made now if there are none; always the same ones afterwards.
    func credentials(_ portal: Portal, employee: Int64) async throws -> EmployeeCredentials {
        let account = try await account(portal)
        return try await locks.withLock(portal.id) {
            let browser = PlatformNames.browser(employee)
            let phone = PlatformNames.phone(employee)
            return EmployeeCredentials(
                account: account, browserLogin: browser,
                browserPassword: try await user(browser, portal.id, account), phoneLogin: phone,
                phonePassword: try await user(phone, portal.id, account))
        }
    }

    /// The password is remembered before the platform gets it, so a repetition after a crash sets the same one.
    private func user(_ name: String, _ portal: PortalID, _ account: Account) async throws -> Secret {
        let user = try await store.user(name, portal, password: PasswordGenerator.password())
        if user.isReady { return user.password }
        do throws(ManagementError) {
            try await platform.addUser(
                name: name, password: user.password, application: account.applicationID, account.credentials)
        } catch {
            guard error.isDuplicate else { throw error }
            try await platform.setPassword(
                user.password, ofUser: name, application: account.applicationID, account.credentials)
        }
        try await store.markReady(name, portal)
        return user.password
    }

    /// Rents the number for the portal and sends its calls to the scenario; a number that is both already stays so.
    ///
    /// - Throws: `ControllerError` with `numberTaken` when the platform does not sell it, or has sold it to another.
    func add(_ number: PhoneNumber, _ portal: Portal) async throws {
        let account = try await account(portal)
        try await locks.withLock(portal.id) {
            if try await store.isBound(number.digits, portal.id) { return }
            if try await !platform.hasNumber(number.digits, account.credentials) { try await rent(number, account) }
            try await platform.bindNumber(
                number.digits, application: account.applicationID, rule: account.ruleID, account.credentials)
            try await store.markBound(number.digits, portal.id)
        }
    }

    private func rent(_ number: PhoneNumber, _ account: Account) async throws {
        let taken = ControllerError(.numberTaken, "the platform does not offer the number; choose another")
        guard let country = number.region?.code,
            let order = try await platform.offer(of: number.digits, country: country, account.credentials)
        else { throw taken }
        do throws(ManagementError) {
            try await platform.attachNumber(order, account.credentials)
        } catch {
            guard error.isDuplicate else { throw error }
            // Ours after all: an earlier attempt whose answer was lost.
            guard try await platform.hasNumber(number.digits, account.credentials) else { throw taken }
        }
    }
}
