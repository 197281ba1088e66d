import Billing
import CallControl
import Storage

/// TransferMoneyToChildAccount, GetTransactionHistory.
enum MoneyMethods {
    static let all: [APIMethod] = [
        .write("TransferMoneyToChildAccount", for: .owners, transferMoney),
        .read("GetTransactionHistory", for: .accountants, getTransactionHistory),
    ]

    private static func transferMoney(_ call: MethodCall) throws -> MethodResult {
        let parameters = call.parameters
        guard let children = try ChildAccountMethods.selected(call) else {
            throw APIError.required("child_account_id")
        }
        if let currency = try parameters.optionalText("currency"), currency != call.account.currency.code {
            throw APIError.invalid("currency", "is not the accounts' currency \(call.account.currency.code)")
        }
        guard let amount = try parameters.optionalMoney("amount", call.account.currency) else {
            throw APIError.required("amount")
        }
        guard amount.millionths.magnitude >= 10_000 else {
            throw APIError(code: 125, message: "The amount must be at least 0.01.", field: "amount")
        }
        let reference = try parameters.optionalText("payment_reference", maximumLength: 126)
        let since = try HistoryQuery.optionalInstant(parameters, "check_duplicate_reference_from", zone: .utc)
        let strict = try parameters.flag("strict_mode")
        for child in children {
            if let reference, let since, try isKnown(reference, child, since: since, call) { continue }
            let transfer = Transfer(
                parent: call.account.id, child: child, amount: amount,
                key: "transfer-\(RandomToken.hexadecimal(bytes: 12))", reference: reference,
                parentText: try parameters.optionalText("parent_transaction_description", maximumLength: 512) ?? "",
                childText: try parameters.optionalText("child_transaction_description", maximumLength: 512) ?? "",
                isStrict: strict)
            do {
                try transfer.perform(in: call.transaction, at: call.now)
            } catch is MoneyRefusal {
                throw APIError.insufficientMoney
            }
        }
        return .done([
            "balance": .decimal(try AccountStore(transaction: call.transaction).balance(of: call.account).decimalText)
        ])
    }

    private static func isKnown(
        _ reference: String, _ child: AccountID, since: UnixTime, _ call: MethodCall
    ) throws -> Bool {
        try call.transaction.queryOne(
            "SELECT id FROM ledger_entry WHERE account_id = ? AND payment_reference = ? AND performed_at >= ? LIMIT 1",
            [.integer(child.rawValue), .text(reference), .integer(since.seconds)]) != nil
    }

    private static func getTransactionHistory(_ call: MethodCall) throws -> JSONValue {
        let query = try HistoryQuery(call, childrenOnlyField: "children_transactions_only")
        let filter = try filter(query, call)
        let rows = try call.transaction.query(
            "SELECT * FROM ledger_entry WHERE \(filter.sql) ORDER BY performed_at \(query.order), id \(query.order) "
                + "LIMIT ? OFFSET ?",
            filter.arguments + [.integer(query.page.count), .integer(query.page.offset)])
        let items = try rows.map { row in try json(row, query.zone) }
        return try query.answer(items, filter: filter, table: "ledger_entry", call)
    }

    /// - Throws: ``APIError`` 573 for entries of users, who have no balance; 101 for entries that are not booked yet.
    static func filter(_ query: HistoryQuery, _ call: MethodCall) throws -> QueryFilter {
        if try call.parameters.flag("users_transactions_only") || call.parameters.optionalText("user_id") != nil {
            throw APIError(code: 573, message: "Users have no separate balance.", field: "user_id")
        }
        guard try !call.parameters.flag("is_uncommitted") else {
            throw APIError.invalid("is_uncommitted", "must be false: what is held for calls is in the live balance")
        }
        var filter = query.ownerFilter(of: "ledger_entry")
        filter.add("performed_at >= ?", .integer(query.from.seconds))
        filter.add("performed_at <= ?", .integer(query.until.seconds))
        filter.add("id", in: try call.parameters.optionalIDs("transaction_id")?.map { .integer($0) })
        filter.add(
            "payment_reference = ?", optional: try call.parameters.optionalText("payment_reference").map(SQLValue.text))
        if case .listed(let kinds)? = try call.parameters.optionalSelection("transaction_type") {
            filter.add("kind", in: kinds.map(SQLValue.text))
        }
        return filter
    }

    static func json(_ row: Row, _ zone: DateText) throws -> JSONValue {
        let currency = Currency(rawValue: try row.text("currency")) ?? .usd
        return .members([
            "transaction_id": .integer(try row.integer("id")), "account_id": .integer(try row.integer("account_id")),
            "performed_at": .string(zone.dateTime(UnixTime(seconds: try row.integer("performed_at")))),
            "amount": .decimal(Money(millionths: try row.integer("amount"), currency).decimalText),
            "currency": .string(currency.code), "transaction_type": .string(try row.text("kind")),
            "transaction_description": .string(try row.text("description")),
            "payment_reference": .optional(try row.optionalText("payment_reference")),
        ])
    }
}
