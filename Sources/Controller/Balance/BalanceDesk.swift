import Billing
import Storage

/// Answers portals and the operator about warnings.
struct BalanceDesk: Sendable {
    let store: BalanceStore
    let thresholds: CommonThresholds
    let locks: PortalLocks
    let now: @Sendable () -> Moment

    /// `GetBalanceSettings`: the settings, the balance as it was last seen, the threshold of this moment and why.
    func settings(_ portal: Portal) async throws -> JSONValue {
        let account = try await account(portal)
        return ["result": .object(try await fields(account))]
    }

    /// `SetBalanceSettings`: fields that are missing stay as they are; the answer is that of `GetBalanceSettings`.
    func change(_ json: JSONValue, _ portal: Portal) async throws -> JSONValue {
        try await locks.withLock(portal.id) {
            let common = thresholds[portal.access.currency]
            let moment = now()
            try await store.database.write { transaction in
                var account =
                    try BalanceStore.find(portal.id, in: transaction)
                    ?? BalanceAccount(portal.id, common: common, at: moment)
                account.settings = try account.settings.changed(by: json)
                // With another threshold the balance may be low now.
                account.nextCheck = account.settings.warning.mode == .off ? nil : moment
                try BalanceStore.save(account, in: transaction)
            }
        }
        return try await settings(portal)
    }

    /// For the operator: the same, and what was told.
    func explain(_ portal: Portal) async throws -> JSONValue {
        let account = try await account(portal)
        let state = account.state
        return .object(
            [JSONValue.Field(name: "portal", value: .text(portal.id.rawValue))] + (try await fields(account)) + [
                JSONValue.Field(name: "PHASE", value: .text(state.phase.rawValue)),
                JSONValue.Field(name: "CROSSINGS", value: .integer(state.crossing)),
                JSONValue.Field(
                    name: "PAYMENT_HOURS", value: .list(account.habit.waits.map { .integer(Int64($0)) })),
                JSONValue.Field(name: "NEXT_LOOK", value: (account.nextCheck?.seconds).json),
            ])
    }

    private func account(_ portal: Portal) async throws -> BalanceAccount {
        try await store.find(portal.id)
            ?? BalanceAccount(portal.id, common: thresholds[portal.access.currency], at: now())
    }

    private func fields(_ account: BalanceAccount) async throws -> [JSONValue.Field] {
        let moment = now()
        let oldest = moment.seconds / 3600 - Int64(SpendingHistory.weeks * LocalHour.hoursOfWeek)
        let spending = try await store.spending(account.portal, since: oldest)
        let threshold = account.threshold(account.history(spending, at: moment), at: moment)
        guard case .object(let settings) = account.settings.json else { return [] }
        return settings + [
            JSONValue.Field(name: "CURRENCY", value: .text(account.settings.currency.code)),
            JSONValue.Field(name: "BALANCE", value: (account.funds?.decimalText).json),
            JSONValue.Field(name: "BALANCE_AT", value: (account.fundsAt?.seconds).json),
            JSONValue.Field(name: "THRESHOLD", value: (threshold.amount?.decimalText).json),
            JSONValue.Field(name: "EXPLANATION", value: threshold.explanation),
        ]
    }
}
