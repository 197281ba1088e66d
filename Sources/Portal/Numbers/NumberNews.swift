import Storage

/// What the controller says of one of the company's numbers: bought, without calls, not paid, given back, or an order that failed.
struct NumberNews: Sendable, Hashable {
    enum State: String, Sendable, Hashable, CaseIterable {
        case active = "ACTIVE"
        /// Bought and paid, but its calls do not come; the controller goes on trying.
        case unbound = "UNBOUND"
        /// Its renewal was not paid, so that it cannot be used.
        case frozen = "FROZEN"
        case released = "RELEASED"
        /// An order was not carried out, and nothing was paid.
        case failed = "FAILED"
    }

    let number: String
    let state: State
    /// Counts the changes of a number; none for an order that failed.
    let version: Int64?
    /// Of the order that brought it, if the portal gave one.
    let request: String?
    /// Why an order failed.
    let message: String?
    /// When it arrived first, seconds since 1970.
    let at: Int64
}

extension NumberNews {
    /// - Throws: ``InputError`` that names the wrong field.
    init(_ input: InputReader, at moment: Int64) throws(InputError) {
        guard let state = State(rawValue: try input.text("STATE", 1...20)) else {
            let allowed = State.allCases.map(\.rawValue).joined(separator: ", ")
            throw input.wrong("STATE", "one of \(allowed)", "another word")
        }
        self.state = state
        number = try input.text("PHONE_NUMBER", 1...20)
        let isFailure = state == .failed
        version = isFailure ? nil : try input.integer("VERSION", 1...Int64.max)
        request = isFailure ? try input.text("REQUEST_ID", 8...64) : try input.optionalText("REQUEST_ID", 8...64)
        message = isFailure ? try input.text("MESSAGE", 1...500) : nil
        at = moment
    }

    /// The same news have the same key, however often they come.
    fileprivate var key: String { version.map { "\(number)-\($0)" } ?? "failed-\(request ?? "")" }

    var json: JSONValue {
        [
            "number": .text(number), "state": .text(state.rawValue), "request_id": .optional(request),
            "message": .optional(message), "at": .integer(at),
        ]
    }

    /// In a sentence, for the page.
    var text: String {
        switch state {
        case .active: "The number \(number) is in use."
        case .unbound:
            "The number \(number) is bought and paid, but its calls do not come yet. This is tried again by itself."
        case .frozen: "The number \(number) is blocked, as its renewal was not paid."
        case .released: "The number \(number) is not the company's any more."
        case .failed: "The number \(number) was not bought: \(message ?? "")."
        }
    }
}

/// News of numbers in an open transaction.
struct NumberNewsStore {
    let transaction: Transaction

    /// Keeps the news; the same again change nothing.
    func add(_ news: NumberNews) throws {
        try transaction.execute(
            """
            INSERT INTO number_news (news_key, number, state, version, request_id, message, at)
            VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (news_key) DO NOTHING
            """,
            [
                .text(news.key), .text(news.number), .text(news.state.rawValue),
                news.version.map(SQLValue.integer) ?? .null, .optional(news.request), .optional(news.message),
                .integer(news.at),
            ])
    }

    /// The latest first.
    func latest(_ limit: Int64) throws -> [NumberNews] {
        try transaction.query("SELECT * FROM number_news ORDER BY at DESC, news_key DESC LIMIT ?", [.integer(limit)])
            .map { row in
                NumberNews(
                    number: try row.text("number"),
                    state: NumberNews.State(rawValue: try row.text("state")) ?? .active,
                    version: try row.optionalInteger("version"), request: try row.optionalText("request_id"),
                    message: try row.optionalText("message"), at: try row.integer("at"))
            }
    }
}
