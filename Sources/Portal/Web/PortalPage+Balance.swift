import Foundation

/// The page of the company's money.
extension PortalPage {
    /// - Parameters:
    ///   - statement: The controller's answer to `GetStatement`.
    ///   - payments: Its answer to `GetPayments`.
    ///   - warnings: The part of ``warnings(settings:channels:)``, on the first page.
    ///   - request: Makes the form's order once.
    static func balance(
        statement: AnswerRow, payments: AnswerRow, warnings: String, request: String
    ) -> String {
        let balance = statement.row("BALANCE")
        let currency = balance.text("CURRENCY")
        let blocked = "<p role=\"alert\">The money is out: what costs money waits for a payment.</p>"
        let next = statement.text("next")
        let older = next.isEmpty ? "" : "<p>" + link("Older", "/balance", [("cursor", next)]) + "</p>"
        return document(
            title: "Balance",
            """
            <p>\(link("Company", "/")) · \(link("Numbers", "/numbers"))</p>
            <p><strong>\(escape(balance.text("BALANCE"))) \(escape(currency))</strong>\
            \(balance.text("FRESH") == "N" ? " as of \(escape(balance.time("AT")))" : "")</p>
            \(balance.text("BLOCKED") == "Y" ? blocked : "")
            <h2>New payment</h2>
            <form method="post" action="/balance/payments">
            <input type="hidden" name="request_id" value="\(escape(request))">
            <p><label>Amount in \(escape(currency)) <input name="amount" inputmode="decimal" required></label>
            <button>Order</button></p>
            </form>
            <h2>Payments</h2>
            \(table(
                ["Ordered (UTC)", "Reference", "Amount", "State", "Paid by"], payments.rows("result").map(paymentRow),
                empty: "No payments yet."))
            <h2>Statement</h2>
            \(table(
                ["Time (UTC)", "What", "Amount", "Payment"], statement.rows("result").map(movementRow),
                empty: "No movements in the last 31 days."))
            \(older)
            \(warnings)
            """)
    }

    private static func paymentRow(_ order: AnswerRow) -> String {
        let state =
            switch order.text("STATE") {
            case "OPEN": "pay until \(order.time("EXPIRES_AT")), with the reference"
            case "EXPIRED": "expired"
            case "PAID": "paid, on its way"
            case "CREDITED": "arrived \(order.time("CREDITED_AT"))"
            default: order.text("STATE")
            }
        return row([
            order.time("CREATED_AT"), order.text("REFERENCE"), "\(order.text("AMOUNT")) \(order.text("CURRENCY"))",
            state,
            [order.text("PAYMENT_SYSTEM"), order.text("PAYMENT_ID")].filter { !$0.isEmpty }.joined(separator: " "),
        ])
    }

    private static func movementRow(_ movement: AnswerRow) -> String {
        let kinds = [
            "USAGE": "calls", "FEE": "fee", "INSTALLATION": "installation", "TAX": "tax", "PAYMENT": "payment",
            "PAYBACK": "paid back", "GIFT": "gift", "REFUND": "refund", "CORRECTION": "correction",
        ]
        return row([
            movement.time("AT"), kinds[movement.text("KIND")] ?? "other",
            "\(movement.text("AMOUNT")) \(movement.text("CURRENCY"))", movement.text("REFERENCE"),
        ])
    }
}
