import ArgumentParser
import Foundation

/// `switchboard payment`: payment systems' keys, their callbacks by hand, and what portals have ordered and paid.
struct PaymentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "payment",
        abstract: "Give payment systems keys, confirm a payment as one of them would, list a portal's payments.",
        subcommands: [NewPaymentKey.self, SignPayment.self, SendPayment.self, ListPayments.self])

    struct NewPaymentKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "key",
            abstract: "Give a payment system a new key, kept in secrets.json of the data directory.",
            discussion: """
                Prints the key for the payment system. The one that the system had before is good for --overlap hours \
                more. A running controller of this data directory takes the new one with the next callback.
                """)

        @Argument(help: "1 to 32 lower-case latin letters, digits, hyphens: the end of the callbacks' address.")
        var system: String
        @Option(help: "Hours for which the former key is good, too; 0 to 8760.") var overlap: Int64 = 168
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: ConfigurationOptions

        func validate() throws {
            guard (0...8760).contains(overlap) else { throw ValidationError("--overlap wants 0 to 8760 hours.") }
        }

        func run() async throws {
            let directory = try await options.settings().text("data.directory")
            var secrets = try Secrets.loadOrMake(in: directory)
            let key = Secrets.random()
            let end = Int64(Date().timeIntervalSince1970) + overlap * 3600
            secrets.setPaymentKey(key, of: system, formerUntil: overlap == 0 ? nil : end)
            _ = try secrets.paymentSystems()
            try secrets.save(in: directory)
            let until = secrets.formerPaymentKeys?[system]?.until
            guard !json else {
                return print(try JSONText.pretty(["system": system, "key": key, "former_until": until as Any]))
            }
            print("system: \(system)\nkey: \(key)")
            if let until {
                print("former key: until \(Date(timeIntervalSince1970: Double(until)).formatted(.iso8601))")
            }
        }
    }

    struct SignPayment: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign", abstract: "Print the callback of a payment system, signed now, as a curl command.")

        @OptionGroup var payment: PaymentOptions
        @Flag(help: "Print the request's parts as JSON.") var json = false

        func run() async throws {
            let callback = try await payment.callback()
            print(json ? try JSONText.pretty(callback.parts) : callback.curl)
        }
    }

    struct SendPayment: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "send",
            abstract: "Confirm a payment to the running controller, as the payment system would.",
            discussion: "The money goes from the master account to the portal's, once for each --payment.")

        @OptionGroup var payment: PaymentOptions
        @Flag(help: "Print the controller's answer as JSON.") var json = false

        func run() async throws {
            let answer = try await payment.callback().send()
            guard !json else { return print(try JSONText.pretty(answer)) }
            print("order \(answer["order"] ?? "-") is paid by \(answer["payment_id"] ?? "-")")
        }
    }

    struct ListPayments: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List a portal's payment orders, the latest first.")

        @Argument(help: "The portal's identifier.") var portal: String
        @Option(help: "How many, 1 to 500.") var limit = 50
        @Option(help: "Begin behind this place, as the last page said.") var cursor: String?
        @OptionGroup var options: OperatorOptions

        func validate() throws {
            guard (1...500).contains(limit) else { throw ValidationError("--limit wants 1 to 500.") }
        }

        func run() async throws {
            let more = cursor.map { "&cursor=\(OperatorClient.segment($0))" } ?? ""
            let fields = ["REFERENCE", "AMOUNT", "CURRENCY", "STATE", "PAYMENT_SYSTEM", "PAYMENT_ID"]
            try await options.show { answer in
                AnswerText.rows(answer, "result").map { AnswerText.line($0, fields) }
                    + AnswerText.more(answer["next"], "--cursor")
            } of: { client in
                try await client.get("/admin/payments/\(OperatorClient.segment(portal))?limit=\(limit)\(more)")
            }
        }
    }
}

/// What a callback says.
struct PaymentOptions: ParsableArguments {
    @Option(help: "Name of the payment system.") var system: String
    @Option(help: "The order's reference, as the portal shows it.") var order: String
    @Option(help: "What was paid, for example 500 or 12.50.") var amount: String
    @Option(help: "RUB, UAH, USD or EUR.") var currency: String
    @Option(help: "The payment system's own name of the payment; the same one pays once.") var payment: String
    @OptionGroup var options: ConfigurationOptions

    func callback() async throws -> SignedCallback {
        let settings = try await options.settings()
        let secrets = try Secrets.loadOrMake(in: settings.text("data.directory"))
        guard let key = secrets.paymentKeys?[system] else {
            throw ValidationError("There is no payment system '\(system)'; make it with 'switchboard payment key'.")
        }
        return try SignedCallback(
            url: settings.url("controller"), system: system, secret: key, payment: payment,
            fields: ["payment_id": payment, "order": order, "amount": amount, "currency": currency],
            time: Int64(Date().timeIntervalSince1970))
    }
}
