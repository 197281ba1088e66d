import Billing
import CallControl
import Storage

/// AddPayment: what the operator's own accounts get from outside.
///
/// The cloud has no such method: there a bank or a card does it.
enum PaymentMethods {
    static let all: [APIMethod] = [.write("AddPayment", for: .owners, addPayment)]

    /// What may come from outside.
    private static let kinds: [TransactionKind] = [
        .wireTransfer, .cardPayment, .robokassaPayment, .gift, .promo, .discount, .refund, .adjustment,
    ]

    private static func addPayment(_ call: MethodCall) throws -> MethodResult {
        guard call.account.isMaster else { throw APIError.forbidden }
        let entry = try entry(call.parameters, call.account.currency)
        let ledger = LedgerStore(transaction: call.transaction)
        do {
            let isNew = try !ledger.contains(entry.key, of: call.account.id)
            let id = try ledger.book(entry, for: call.account.id, at: call.now)
            if isNew, let callback = Callback.payment(entry, transaction: id) {
                try CallbackOutbox(transaction: call.transaction).add(callback, for: call.account.id, at: call.now)
            }
            let balance = try AccountStore(transaction: call.transaction).balance(of: call.account)
            return .done(["transaction_id": .integer(id), "balance": .decimal(balance.decimalText)])
        } catch LedgerError.conflict {
            throw APIError.invalid("payment_reference", "belongs to another payment")
        } catch LedgerError.money {
            throw APIError.amount("amount", "is too large")
        }
    }

    /// The reference makes a payment unique: whoever sends it again books it no second time.
    private static func entry(_ parameters: MethodParameters, _ currency: Currency) throws -> LedgerEntry {
        if let other = try parameters.optionalText("currency"), other != currency.code {
            throw APIError.invalid("currency", "is not the account's currency \(currency.code)")
        }
        let name = try parameters.optionalText("transaction_type") ?? TransactionKind.wireTransfer.rawValue
        guard let kind = kinds.first(where: { $0.rawValue == name }) else {
            throw APIError.invalid("transaction_type", "is none of \(kinds.map(\.rawValue).joined(separator: ", "))")
        }
        guard let amount = try parameters.optionalMoney("amount", currency) else { throw APIError.required("amount") }
        guard !amount.isZero else { throw APIError.amount("amount", "is 0") }
        guard !amount.isNegative || kind == .adjustment else {
            throw APIError.amount("amount", "is negative, which only an adjustment may be")
        }
        let reference = try parameters.text("payment_reference", maximumLength: 126)
        return LedgerEntry(
            key: IdempotencyKey(rawValue: "payment-\(reference)"), kind: kind, amount: amount,
            text: try parameters.optionalText("description", maximumLength: 512) ?? "", reference: reference)
    }
}
