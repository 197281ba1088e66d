import Billing

/// Reads accounts' ledgers at the platform page by page.
struct LedgerReader: Sendable {
    /// Movements may be booked with an earlier time than the last one; the identifier tells which are known.
    private static let overlap = Duration.seconds(3600)
    /// The platform's clock may be ahead.
    private static let margin = Duration.seconds(60)

    let platform: ManagementClient

    /// The page behind what is known of the account.
    func page(of known: BalanceAccount, _ account: Account, at moment: Moment) async throws -> LedgerPage {
        let end = moment.adding(Self.margin)
        let cursor = known.reading?.cursor ?? StatementCursor(second: start(known, moment).seconds, shown: 0)
        let found = try await platform.movements(
            since: Moment(milliseconds: cursor.second * 1000), until: end, offset: cursor.shown,
            currency: known.settings.currency, account.credentials)
        let isLast = found.count < ManagementClient.movementPage
        var ceiling = max(known.lastMovementID, found.map(\.id).max() ?? 0)
        if let reading = known.reading {
            ceiling = reading.ceiling
        } else if !isLast {
            ceiling = max(ceiling, try await newest(known, account, until: end))
        }
        return LedgerPage(
            floor: known.lastMovementID, before: known.reading,
            after: isLast ? nil : LedgerReading(cursor: cursor.following(found), ceiling: ceiling), ceiling: ceiling,
            movements: found.filter { known.lastMovementID < $0.id && $0.id <= ceiling })
    }

    private func start(_ known: BalanceAccount, _ moment: Moment) -> Moment {
        known.lastMovement?.adding(.zero - Self.overlap)
            ?? Moment(milliseconds: moment.milliseconds - Int64(SpendingHistory.weeks * 7) * 86_400_000)
    }

    /// The highest identifier among the latest movements.
    private func newest(_ known: BalanceAccount, _ account: Account, until end: Moment) async throws -> Int64 {
        let latest = try await platform.statement(
            since: start(known, end), until: end, offset: 0, count: ManagementClient.movementPage,
            currency: known.settings.currency, account.credentials)
        return latest.map(\.id).max() ?? 0
    }
}
