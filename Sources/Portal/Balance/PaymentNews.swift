import Storage

/// What the controller says of a payment: its money is on the company's account.
struct PaymentNews: Sendable, Hashable {
    /// Of the order that was paid.
    let reference: String
    /// Decimal texts, as the controller wrote them; no balance where nobody could be asked for it.
    let amount: String
    let currency: String
    let balance: String?
    /// When it arrived first, seconds since 1970.
    let at: Int64
}

extension PaymentNews {
    /// - Throws: ``InputError`` that names the wrong field.
    init(_ input: InputReader, at moment: Int64) throws(InputError) {
        reference = try input.text("REFERENCE", 1...64)
        amount = try input.text("AMOUNT", 1...30)
        currency = try input.text("CURRENCY", 3...3)
        balance = try input.optionalText("BALANCE", 1...30)
        at = moment
    }

    var json: JSONValue {
        [
            "reference": .text(reference), "amount": .text(amount), "currency": .text(currency),
            "balance": .optional(balance), "at": .integer(at),
        ]
    }

    /// In a sentence, for the page.
    var text: String {
        "The payment \(reference) of \(amount) \(currency) has arrived"
            + (balance.map { "; the balance is \($0) \(currency)." } ?? ".")
    }
}

/// News of payments in an open transaction.
struct PaymentNewsStore {
    let transaction: Transaction

    /// Keeps the news; the same again change nothing.
    func add(_ news: PaymentNews) throws {
        try transaction.execute(
            """
            INSERT INTO payment_news (reference, amount, currency, balance, at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (reference) DO NOTHING
            """,
            [
                .text(news.reference), .text(news.amount), .text(news.currency), .optional(news.balance),
                .integer(news.at),
            ])
    }

    /// The latest first.
    func latest(_ limit: Int64) throws -> [PaymentNews] {
        try transaction.query("SELECT * FROM payment_news ORDER BY at DESC, reference DESC LIMIT ?", [.integer(limit)])
            .map { row in
                PaymentNews(
                    reference: try row.text("reference"), amount: try row.text("amount"),
                    currency: try row.text("currency"), balance: try row.optionalText("balance"),
                    at: try row.integer("at"))
            }
    }
}
