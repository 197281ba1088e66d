import Billing

/// Balances and movements of money.
extension ManagementClient {
    /// One row of an account's ledger at the platform.
    struct Movement: Sendable, Equatable {
        var id: Int64
        var performedAt: Moment
        /// Positive when the account gains.
        var amount: Money
        var kind: TransactionKind?
        /// What a transfer says that it pays.
        var reference: String?
    }

    /// Rows that one answer brings.
    static let movementPage = 1000

    /// The account's ledger from a moment on, oldest first; at most ``movementPage`` rows, the next ones from `offset` on.
    ///
    /// - Throws: `ManagementError` with `wrongAnswer` for a row that cannot be read: a ledger with gaps is none.
    func movements(
        since moment: Moment, until end: Moment, offset: Int, currency: Currency, _ account: Credentials
    ) async throws(ManagementError) -> [Movement] {
        let method = "GetTransactionHistory"
        let answer = try await send(
            method, account,
            [
                ("from_date", PlatformDate.text(moment.seconds)), ("to_date", PlatformDate.text(end.seconds)),
                ("count", String(Self.movementPage)), ("offset", String(offset)), ("desc_order", "false"),
                ("with_total_count", "false"),
            ])
        return try Self.movements(method, answer, currency)
    }

    private static func movements(
        _ method: String, _ answer: JSONValue, _ currency: Currency
    ) throws(ManagementError) -> [Movement] {
        var movements: [Movement] = []
        for row in answer["result"]?.elements ?? [] {
            guard let id = row["transaction_id"]?.int64,
                let performedAt = PlatformDate.moment(row["performed_at"]),
                let amount = row["amount"].flatMap({ PlatformMoney.money($0, currency) })
            else { throw ManagementError(method: method, kind: .wrongAnswer("a row has no id, time or amount")) }
            movements.append(
                Movement(
                    id: id, performedAt: performedAt, amount: amount,
                    kind: row["transaction_type"]?.string.flatMap(TransactionKind.init(rawValue:)),
                    reference: row["payment_reference"]?.string))
        }
        return movements
    }

    /// A page of the account's ledger, the latest first, with what the transfers say that they pay.
    ///
    /// - Throws: `ManagementError` with `wrongAnswer` for a row that cannot be read.
    func statement(
        since moment: Moment, until end: Moment, offset: Int, count: Int, currency: Currency, _ account: Credentials
    ) async throws(ManagementError) -> [Movement] {
        let method = "GetTransactionHistory"
        let answer = try await send(
            method, account,
            [
                ("from_date", PlatformDate.text(moment.seconds)), ("to_date", PlatformDate.text(end.seconds)),
                ("count", String(count)), ("offset", String(offset)), ("desc_order", "true"),
                ("with_total_count", "false"),
            ])
        return try Self.movements(method, answer, currency)
    }

    /// Has the platform move money from the master to its child, once for each reference.
    ///
    /// - Parameter since: A transfer with this reference from that moment on is known, and not made again.
    /// - Throws: `ManagementError` whose ``ManagementError/isShortOfMoney`` says that the master has too little.
    func transfer(
        _ amount: Money, to child: Int64, reference: String, knownSince since: Moment, _ master: Credentials
    ) async throws(ManagementError) {
        _ = try await send(
            "TransferMoneyToChildAccount", master,
            [
                ("child_account_id", String(child)), ("amount", amount.decimalText),
                ("currency", amount.currency.code), ("payment_reference", reference),
                ("check_duplicate_reference_from", PlatformDate.text(since.seconds)),
                ("child_transaction_description", "Payment \(reference)"),
                ("parent_transaction_description", "Payment \(reference)"),
            ])
    }

    /// Balance and credit of an account together.
    func funds(currency: Currency, _ account: Credentials) async throws(ManagementError) -> Money {
        let info = try await accountInfo(account)
        guard let funds = PlatformMoney.funds(info, currency) else {
            throw ManagementError(method: "GetAccountInfo", kind: .wrongAnswer("field balance is missing"))
        }
        return funds
    }

    /// The monthly fees of the account's numbers with the moments at which they fall due.
    func numberFees(
        currency: Currency, _ account: Credentials
    ) async throws(ManagementError) -> [(due: Moment, fee: Money)] {
        let answer = try await send("GetPhoneNumbers", account, [("count", "1000")])
        return (answer["result"]?.elements ?? []).compactMap { row in
            guard let fee = row["phone_price"].flatMap({ PlatformMoney.money($0, currency) }), fee.millionths > 0,
                let day = row["phone_next_renewal"]?.string.flatMap({ TariffDay($0.prefix(10)) })
            else { return nil }
            return (Moment(milliseconds: Int64(day.number) * 86_400_000), fee)
        }
    }
}

/// Amounts as the platform writes them: decimal texts or numbers.
enum PlatformMoney {
    static func money(_ value: JSONValue, _ currency: Currency) -> Money? {
        switch value {
        case .text(let text): return try? Money(text, currency)
        case .integer(let whole):
            let (millionths, overflow) = whole.multipliedReportingOverflow(by: 1_000_000)
            return overflow ? nil : Money(millionths: millionths, currency)
        case .real(let real):
            return Int64(exactly: (real * 1_000_000).rounded()).map { Money(millionths: $0, currency) }
        default: return nil
        }
    }

    /// What an account may still spend: its balance and its credit.
    static func funds(_ info: JSONValue, _ currency: Currency) -> Money? {
        guard let balance = info["balance"].flatMap({ money($0, currency) }) else { return nil }
        guard let credit = info["credit_limit"].flatMap({ money($0, currency) }) else { return balance }
        return try? balance.adding(credit)
    }
}
