/// What the controller says of the company's balance: low, or out.
struct BalanceWarning: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable {
        /// Below the threshold.
        case low
        /// The money is out.
        case empty
    }

    let kind: Kind
    /// Counts the times that the balance fell below the threshold; with the kind it makes the warning unique.
    let crossing: Int64
    /// Decimal texts, as the controller wrote them; no threshold where only the end of the money is told.
    let balance: String
    let threshold: String?
    let currency: String
    /// When the controller saw it, seconds since 1970.
    let at: Int64
    /// Why this threshold, a line for each fact.
    let explanation: [String]

    private static let mostLines = 20
}

extension BalanceWarning {
    /// - Throws: ``InputError`` that names the wrong field.
    init(_ input: InputReader) throws(InputError) {
        guard let kind = Kind(rawValue: try input.text("KIND", 1...20)) else {
            throw input.wrong("KIND", "low or empty", "another word")
        }
        self.kind = kind
        crossing = try input.integer("CROSSING", 1...Int64.max)
        balance = try input.text("BALANCE", 1...30)
        threshold = try input.optionalText("THRESHOLD", 1...30)
        currency = try input.text("CURRENCY", 3...3)
        at = try input.integer("AT", 0...1 << 40)
        var lines: [String] = []
        for line in try input.list("EXPLANATION", atMost: Self.mostLines) ?? [] {
            guard case .text(let text) = line, text.unicodeScalars.count <= 300,
                !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else {
                throw input.wrong(
                    "EXPLANATION", "texts of at most 300 characters, none of control", line.typeName)
            }
            lines.append(text)
        }
        explanation = lines
    }

    var json: JSONValue {
        [
            "kind": .text(kind.rawValue), "crossing": .integer(crossing), "balance": .text(balance),
            "threshold": .optional(threshold), "currency": .text(currency), "at": .integer(at),
            "explanation": .list(explanation.map(JSONValue.text)),
        ]
    }

    /// In a sentence, for the page.
    var text: String {
        switch kind {
        case .low: "The balance is low: \(balance) \(currency)\(threshold.map { ", below \($0) \(currency)" } ?? "")."
        case .empty: "The money is out: \(balance) \(currency)."
        }
    }
}
