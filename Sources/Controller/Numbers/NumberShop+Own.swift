/// The numbers that portals have.
extension NumberShop {
    /// Takes over from the platform what the portal has.
    func reconcile(_ portal: Portal, _ account: Account) async throws {
        try await provisioner.locks.withLock(portal.id) {
            let found = try await platform.rentedNumbers(
                currency: portal.access.currency, account.credentials)
            try await store.reconcile(portal.id, found, at: now())
            for number in try await store.releasing(portal.id) { try await giveBack(number, account) }
        }
    }

    /// Has the calls of a number that the portal has come to it; a number that does so already stays as it is. Never buys.
    ///
    /// One that is being bought is left to its purchase, whose end the portal is told.
    ///
    /// - Throws: `ControllerError` with `numberUnknown` for a number that the portal has not bought.
    func connect(_ number: String, _ portal: Portal) async throws -> RentedNumber {
        let account = try await provisioner.account(portal)
        do {
            _ = try await owned(number, portal)
        } catch let error as ControllerError where error == Self.unknown {
            throw Self.notBought
        }
        return try await provisioner.locks.withLock(portal.id) {
            guard let present = try await store.find(number, portal.id) else { throw Self.notBought }
            switch present.state {
            case .ordered: return present
            case .releasing, .released: throw Self.notBought
            case .unbound:
                guard let request = present.request, let purchase = try await store.purchase(request, portal.id) else {
                    return present
                }
                return try await carryOut(purchase, account, isNew: false)
            case .active:
                if try await provisioner.store.isBound(number, portal.id) { return present }
                try await platform.bindNumber(
                    number, application: account.applicationID, rule: account.ruleID, account.credentials)
                try await provisioner.store.markBound(number, portal.id)
                return present
            }
        }
    }

    private static var notBought: ControllerError {
        ControllerError(
            .numberUnknown, "the portal has no such number; buy it with BuyNumber, at a price that FindNumbers tells")
    }

    /// Gives a number back; one that has been given back already stays so.
    ///
    /// - Throws: `ControllerError` with `numberUnknown`, or `busy` while it is being bought and not paid.
    func release(_ number: String, _ portal: Portal) async throws -> RentedNumber {
        let (account, _) = try await owned(number, portal)
        return try await provisioner.locks.withLock(portal.id) {
            guard let present = try await store.find(number, portal.id) else { throw Self.unknown }
            switch present.state {
            case .released: return present
            case .ordered:
                guard let request = present.request,
                    try await store.purchase(request, portal.id)?.phase == .paid
                else { throw ControllerError(.busy, "the number is being bought; ask again in a minute") }
                try await store.beginRelease(present, at: now())
            case .active, .unbound: try await store.beginRelease(present, at: now())
            case .releasing: break
            }
            try await giveBack(present, account)
            return try await store.find(number, portal.id) ?? present
        }
    }

    private func giveBack(_ number: RentedNumber, _ account: Account) async throws {
        do throws(ManagementError) {
            try await platform.deactivateNumber(number.facts.number, account.credentials)
        } catch {
            // Given back by an earlier attempt whose answer was lost.
            guard error.isNumberGone || error.isUnknownObject,
                try await !platform.hasNumber(number.facts.number, account.credentials)
            else { throw error }
        }
        try await store.completeRelease(number, at: now())
    }

    /// Whether the platform is to renew the number by itself.
    func setRenewal(_ isRenewed: Bool, _ number: String, _ portal: Portal) async throws -> RentedNumber {
        let (account, _) = try await active(number, portal)
        try await platform.setRenewal(isRenewed, number: number, account.credentials)
        return try await refreshed(number, portal, account)
    }

    /// Pays a number that could not be renewed; one that is paid stays as it is and costs nothing.
    ///
    /// - Throws: `ControllerError` with `insufficientFunds` when it is still not paid.
    func renew(_ number: String, _ portal: Portal) async throws -> RentedNumber {
        let (account, known) = try await active(number, portal)
        do throws(ManagementError) {
            try await platform.chargeNumber(number, account.credentials)
        } catch {
            guard error.isShortOfMoney else { throw error }
        }
        let after = try await refreshed(number, portal, account)
        guard !after.facts.isFrozen else { throw Self.short(known.facts.price, nil) }
        return after
    }

    private func refreshed(_ number: String, _ portal: Portal, _ account: Account) async throws -> RentedNumber {
        try await reconcile(portal, account)
        guard let after = try await store.find(number, portal.id) else { throw Self.unknown }
        return after
    }

    private func active(_ number: String, _ portal: Portal) async throws -> (Account, RentedNumber) {
        let found = try await owned(number, portal)
        guard found.1.state.isHeld else { throw Self.unknown }
        return found
    }

    /// The portal's account and its number; one that is not known yet is looked for at the platform.
    private func owned(_ number: String, _ portal: Portal) async throws -> (Account, RentedNumber) {
        guard let account = try await provisioner.existing(portal.id) else { throw Self.unknown }
        if let known = try await store.find(number, portal.id) { return (account, known) }
        try await reconcile(portal, account)
        guard let known = try await store.find(number, portal.id) else { throw Self.unknown }
        return (account, known)
    }

    private static var unknown: ControllerError {
        ControllerError(.numberUnknown, "the portal has no such number")
    }
}
