import ArgumentParser

/// `switchboard balance show`: the balance of a portal, its threshold and where it comes from.
struct BalanceShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show when a portal is warned of its balance, and why then.")

    @Argument(help: "Name of the portal at the controller, for example main.") var portal: String
    @OptionGroup var options: OperatorOptions

    func run() async throws { try await options.show(Self.lines) { try await $0.balance(portal) } }

    static func lines(_ answer: [String: Any]) -> [String] {
        func text(_ name: String) -> String? { (answer[name] as? String) ?? (answer[name] as? Int).map(String.init) }
        let balance = text("BALANCE").map { "\($0) \(text("CURRENCY") ?? "")" } ?? "not seen yet"
        let told =
            switch text("PHASE") {
            case "low": "told that it is low"
            case "empty": "told that the money is out"
            case "armed": "not warned since the last payment"
            default: "has had no money yet"
            }
        let waits = (answer["PAYMENT_HOURS"] as? [Int] ?? []).map(String.init).joined(separator: ", ")
        return ["balance: \(balance)", "portal: \(told), \(text("CROSSINGS") ?? "0") warnings in all"]
            + (answer["EXPLANATION"] as? [String] ?? [])
            + (waits.isEmpty ? [] : ["hours from warnings to payments: \(waits)"])
    }
}
