import ArgumentParser
import Billing
import Foundation

/// `switchboard money`: what the accounts of a running voice platform have, get and pass on.
struct MoneyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "money", abstract: "Show balances, book payments, give money and credit to accounts.",
        subcommands: [
            MoneyBalanceCommand.self, MoneyAddCommand.self, MoneyTransferCommand.self, MoneyCreditCommand.self,
        ])
}

/// Which of the operator's accounts a command is about.
struct MoneyOptions: ParsableArguments {
    @Option(help: "Currency: RUB, UAH, USD or EUR.") var currency: String
    @Flag(help: "Print the platform's answer as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard Currency(rawValue: currency) != nil else {
            throw ValidationError("--currency wants one of \(Currency.allCases.map(\.code).joined(separator: ", ")).")
        }
    }

    /// Asks the platform as the operator's account of the currency.
    func ask<Result>(_ body: (PlatformClient) async throws -> Result) async throws -> Result {
        guard let currency = Currency(rawValue: currency) else { throw ExitCode.validationFailure }
        return try await PlatformClient.run(try await options.settings(), currency, body)
    }

    /// Prints what a method answers, or one line about it.
    func run(_ method: String, _ fields: [String: String], _ line: ([String: Any]) -> String) async throws {
        let answer = try await ask { try await $0.call(method, fields) }
        print(json ? try JSONText.pretty(answer) : line(answer))
    }

    /// - Throws: a usage error for a text that is no amount.
    static func check(_ amount: String, _ option: String) throws {
        guard (try? Money(amount, .usd)) != nil else {
            throw ValidationError("\(option) wants an amount such as 12.50.")
        }
    }
}

/// `switchboard money balance`
struct MoneyBalanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balance", abstract: "Show the balance of the operator's account and of those below it.")

    @OptionGroup var money: MoneyOptions

    /// What is shown of an account; its key is not.
    private static let columns = ["account_name", "balance", "credit_limit", "currency", "frozen"]
    private static let page = 1000

    func run() async throws {
        let accounts = try await money.ask { platform in
            let own = try await platform.call("GetAccountInfo")["result"] as? [String: Any]
            return [own ?? [:]] + (try await Self.children(platform))
        }
        let rows = accounts.map { account in account.filter { Self.columns.contains($0.key) } }
        guard !money.json else { return print(try JSONText.pretty(["accounts": rows])) }
        for row in rows { print(Self.columns.dropLast().map { "\(row[$0] ?? "")" }.joined(separator: "  ")) }
    }

    private static func children(_ platform: PlatformClient) async throws -> [[String: Any]] {
        var found: [[String: Any]] = []
        while true {
            let fields = ["child_account_id": "all", "count": "\(page)", "offset": "\(found.count)"]
            let rows = try await platform.call("GetChildrenAccounts", fields)["result"] as? [[String: Any]] ?? []
            found += rows
            if rows.count < page { return found }
        }
    }
}

/// `switchboard money add`
struct MoneyAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Book a payment to the operator's account; the same reference books once.")

    @Option(help: "Amount, for example 100 or 12.50.") var amount: String
    @Option(help: "What makes the payment unique, for example the bank's number.") var reference: String
    @Option(help: "Kind: wire_transfer, card_payment, adjustment (may be negative), gift, refund, …")
    var kind = "wire_transfer"
    @Option(help: "Words for the history of transactions.") var note: String?
    @OptionGroup var money: MoneyOptions

    func validate() throws { try MoneyOptions.check(amount, "--amount") }

    func run() async throws {
        var fields = ["amount": amount, "payment_reference": reference, "transaction_type": kind]
        fields["description"] = note
        try await money.run("AddPayment", fields) { "balance: \($0["balance"] ?? "")" }
    }
}

/// `switchboard money transfer`
struct MoneyTransferCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfer",
        abstract: "Give money of the operator's account to an account, or take it back with a negative amount.")

    @Option(help: "Name of the account.") var to: String
    @Option(help: "Amount, for example 100 or -12.50.") var amount: String
    @Option(help: "What makes the transfer unique; the same reference moves money once.") var reference: String
    @OptionGroup var money: MoneyOptions

    func validate() throws { try MoneyOptions.check(amount, "--amount") }

    func run() async throws {
        let fields = [
            "child_account_name": to, "amount": amount, "payment_reference": reference,
            "check_duplicate_reference_from": "1970-01-01",
        ]
        try await money.run("TransferMoneyToChildAccount", fields) { "balance: \($0["balance"] ?? "")" }
    }
}

/// `switchboard money credit`
struct MoneyCreditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit", abstract: "Set how far below nothing the balance of an account may go.")

    @Option(help: "Name of the account.") var account: String
    @Option(help: "Amount, 0 for none.") var limit: String
    @OptionGroup var money: MoneyOptions

    func validate() throws { try MoneyOptions.check(limit, "--limit") }

    func run() async throws {
        try await money.run(
            "SetChildAccountInfo", ["child_account_name": account, "credit_limit": limit]
        ) { _ in "credit limit: \(limit)" }
    }
}
