import Billing
import RequestSigning

/// What an outside payment system says: this order was paid.
struct PaymentCallback: Sendable, Equatable {
    let system: String
    let payment: String
    let reference: String
    let amount: Money

    /// - Parameter payment: From the signed header; the body must name the same.
    /// - Throws: `ControllerError` with `wrongRequest` that names the field.
    init(_ json: JSONValue, system: String, payment: String) throws(ControllerError) {
        let fields = CommandFields(json)
        self.system = system
        self.payment = try fields.text("payment_id", 1...64)
        guard Self.fitsHeader(self.payment) else {
            throw CommandFields.wrong("payment_id", "1 to 64 printable characters of ASCII, no blank at either end")
        }
        guard self.payment == payment else {
            throw CommandFields.wrong("payment_id", "the same as in the header \(SignatureHeader.payment)")
        }
        reference = try fields.text("order", 1...64)
        guard let currency = Currency(rawValue: try fields.text("currency", 3...3)) else {
            throw CommandFields.wrong("currency", Currency.allCases.map(\.rawValue).joined(separator: ", "))
        }
        amount = try fields.amount("amount", currency)
    }

    /// Whether a header can say it, and says it as it is.
    private static func fitsHeader(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && text.first != " " && text.last != " "
    }

    /// The same for each arrival of the callback.
    var answer: JSONValue { ["result": "OK", "payment_id": .text(payment), "order": .text(reference)] }
}
