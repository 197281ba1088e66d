/// Credentials of employees.
extension Provisioner {
    /// One employee's two devices.
    struct EmployeeCredentials: Sendable {
        var account: Account
        var browser: Device
        var phone: Device

        /// A login that may be shut out.
        struct Device: Sendable {
            var login: String
            var password: Secret
            var isEnabled: Bool
        }
    }

    /// The employee's credentials, made now if there are none; always the same ones afterwards.
    func credentials(_ portal: Portal, employee: Int64) async throws -> EmployeeCredentials {
        let account = try await account(portal)
        return try await locks.withLock(portal.id) {
            return EmployeeCredentials(
                account: account, browser: try await device(.browser, of: employee, portal.id, account),
                phone: try await device(.phone, of: employee, portal.id, account))
        }
    }

    /// Gives one of the employee's devices a new password; whoever is registered with the old one is put out.
    func changePassword(_ portal: Portal, employee: Int64, device: EmployeeDevice) async throws -> EmployeeCredentials {
        _ = try await account(portal)
        try await locks.withLock(portal.id) {
            let login = device.login(employee)
            try await note(login, portal.id)
            try await store.replacePassword(
                ofUser: login, portal.id, by: PasswordGenerator.password(), at: now())
        }
        return try await credentials(portal, employee: employee)
    }

    /// Shuts a device out, or lets it in again; being shut out ends its registrations.
    func setEnabled(
        _ isEnabled: Bool, _ portal: Portal, employee: Int64, device: EmployeeDevice
    ) async throws -> EmployeeCredentials {
        _ = try await account(portal)
        try await locks.withLock(portal.id) {
            let login = device.login(employee)
            try await note(login, portal.id)
            // Remembered first: what is left undone is done by `DeviceCourier`, or with the next question for the credentials.
            try await store.setEnabled(isEnabled, user: login, portal.id, at: now())
        }
        return try await credentials(portal, employee: employee)
    }

    /// Takes the logins of an employee who has left away from the platform; whoever is registered with them is put out.
    ///
    /// What the platform does not take now is brought later. Nobody's logins are none to take away; who comes back gets others.
    func remove(_ portal: PortalID, employee: Int64) async throws {
        guard try await existing(portal) != nil else { return }
        let logins = EmployeeDevice.allCases.map { $0.login(employee) }
        try await locks.withLock(portal) { try await store.beginRemoval(of: logins, portal, at: now()) }
        var failure: (any Error)?
        for login in logins {
            do {
                try await bringWaiting(login, portal)
            } catch {
                // Without it the row has a turn in any case, only later.
                try? await store.putOff(user: login, portal, until: now().adding(backOff.first))
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    /// The user as the controller has it, made there when there is none.
    @discardableResult
    private func note(_ login: String, _ portal: PortalID) async throws -> AccountStore.User {
        try await store.user(login, portal, password: PasswordGenerator.password(), at: now())
    }

    private func device(
        _ device: EmployeeDevice, of employee: Int64, _ portal: PortalID, _ account: Account
    ) async throws -> EmployeeCredentials.Device {
        let login = device.login(employee)
        let user = try await note(login, portal)
        if !user.isReady {
            do {
                try await bring(user, login, account)
            } catch {
                // Without it the row has a turn in any case, only later.
                try? await store.putOff(user: login, portal, until: now().adding(backOff.first))
                throw error
            }
            try await store.markReady(login, portal, as: user)
        }
        return EmployeeCredentials.Device(login: login, password: user.password, isEnabled: user.isEnabled)
    }

    /// Tells the platform of a user what it did not take before; the licence does not count, as it may be somebody shut out.
    func bringWaiting(_ login: String, _ portal: PortalID) async throws {
        guard let account = try await existing(portal) else {
            throw ControllerError(.accountUnknown, "the account is not complete yet")
        }
        try await locks.withLock(portal) {
            guard let user = try await store.user(login, portal), !user.isReady else { return }
            guard !user.isLeaving else { return try await takeAway(login, portal, account) }
            try await bring(user, login, account)
            try await store.markReady(login, portal, as: user)
        }
    }

    private func takeAway(_ login: String, _ portal: PortalID, _ account: Account) async throws {
        do throws(ManagementError) {
            try await platform.deleteUser(login, application: account.applicationID, account.credentials)
        } catch {
            // Taken away by an earlier attempt, or never brought.
            guard error.isUnknownUser else { throw error }
        }
        try await store.completeRemoval(of: login, portal)
    }

    /// The password is remembered before the platform gets it, so a repetition after a crash sets the same one.
    private func bring(_ user: AccountStore.User, _ login: String, _ account: Account) async throws {
        do throws(ManagementError) {
            try await platform.addUser(
                name: login, password: user.password, application: account.applicationID, account.credentials)
            if user.isEnabled { return }
        } catch {
            guard error.isDuplicate else { throw error }
        }
        try await platform.setUser(
            login, password: user.password, isActive: user.isEnabled, application: account.applicationID,
            account.credentials)
    }
}
