import Billing

/// Tells portals what money their accounts have and where it went, in words of their own: of the platform nothing shows.
struct StatementDesk: Sendable {
    private static let usualSpan: Int64 = 31 * 86_400
    private static let longestSpan: Int64 = 366 * 86_400

    let provisioner: Provisioner
    let watch: BalanceWatch
    let now: @Sendable () -> Moment

    var commands: [PortalCommand] {
        [
            PortalCommand("GetBalance") { ["result": try await balance($1)] },
            PortalCommand("GetStatement") { try await statement(CommandFields($0), $1) },
        ]
    }

    /// The balance as the platform says it now; when the platform is away, as it was when it was last seen.
    private func balance(_ portal: Portal) async throws -> JSONValue {
        try await balance(try await provisioner.account(portal), portal)
    }

    /// The same of an account that is complete.
    func balance(_ account: Account, _ portal: Portal) async throws -> JSONValue {
        let currency = portal.access.currency
        do {
            let info = try await provisioner.platform.accountInfo(account.credentials)
            guard let funds = PlatformMoney.funds(info, currency) else {
                throw ManagementError(method: "GetAccountInfo", kind: .wrongAnswer("field balance is missing"))
            }
            await watch.saw(info, portal)
            let isBlocked = info["frozen"] == true || funds.millionths <= 0
            return Self.json(funds, currency, isBlocked: isBlocked, at: now(), isFresh: true)
        } catch let error as ManagementError where error.isPassing {
            guard let known = try await watch.store.find(portal.id), let funds = known.funds else { throw error }
            return Self.json(
                funds, currency, isBlocked: funds.millionths <= 0, at: known.fundsAt ?? now(), isFresh: false)
        }
    }

    private static func json(
        _ funds: Money, _ currency: Currency, isBlocked: Bool, at moment: Moment, isFresh: Bool
    ) -> JSONValue {
        [
            "BALANCE": .text(funds.decimalText), "CURRENCY": .text(currency.code), "BLOCKED": isBlocked ? "Y" : "N",
            "AT": .integer(moment.seconds), "FRESH": isFresh ? "Y" : "N",
        ]
    }

    /// A page of movements, the latest first, with the balance of this moment.
    private func statement(_ fields: CommandFields, _ portal: Portal) async throws -> JSONValue {
        let until = try fields.integer("TO", 0...1 << 40, fallback: now().seconds)
        let since = try fields.integer("FROM", 0...1 << 40, fallback: max(0, until - Self.usualSpan))
        guard (0...Self.longestSpan).contains(until - since) else {
            throw CommandFields.wrong("FROM", "before TO, by 366 days at most")
        }
        let limit = Int(try fields.integer("LIMIT", 1...500, fallback: 50))
        var cursor = StatementCursor(second: until, shown: 0)
        if let text = try fields.optionalText("CURSOR", 1...30) {
            guard let given = StatementCursor(text), (since...until).contains(given.second) else {
                throw CommandFields.wrong("CURSOR", "what the page before has in next, with the same FROM and TO")
            }
            cursor = given
        }
        let account = try await provisioner.account(portal)
        let found = try await provisioner.platform.statement(
            since: Moment(milliseconds: since * 1000), until: Moment(milliseconds: cursor.second * 1000),
            offset: cursor.shown, count: limit, currency: portal.access.currency, account.credentials)
        let next = found.count < limit ? nil : cursor.following(found).text
        return [
            "result": .list(found.map(\.json)), "next": next.json, "BALANCE": try await balance(portal),
        ]
    }
}

extension ManagementClient.Movement {
    /// As a portal sees it.
    fileprivate var json: JSONValue {
        let order = reference.flatMap(PaymentReference.init(rawValue:))
        return [
            "AT": .integer(performedAt.seconds), "AMOUNT": .text(amount.decimalText),
            "CURRENCY": .text(amount.currency.code), "KIND": .text(portalKind),
            "REFERENCE": (order?.rawValue).json,
        ]
    }

    private var portalKind: String {
        switch kind {
        case .resourceCharge: "USAGE"
        case .subscriptionCharge, .phoneNumberCharge, .sipRegistrationCharge, .monthlyFeeCharge: "FEE"
        case .subscriptionInstallationCharge, .phoneNumberInstallation: "INSTALLATION"
        case .taxCharge: "TAX"
        case .cardPayment, .cardPeriodicPayment, .cardOverrunPayment, .robokassaPayment, .wireTransfer,
            .moneyAcceptanceFromParent:
            "PAYMENT"
        case .moneyTransferToParent: "PAYBACK"
        case .gift, .promo, .discount: "GIFT"
        case .refund: "REFUND"
        case .adjustment: "CORRECTION"
        case .moneyTransferToChild, .moneyAcceptanceFromChild, .userMoneyTransfer, .moneyDistribution, nil: "OTHER"
        }
    }
}
