import ArgumentParser
import Billing

/// `switchboard trunk`: the carriers and PBX of a running voice platform.
struct TrunkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trunk", abstract: "Show how the trunks are.", subcommands: [TrunkListCommand.self])
}

/// `switchboard trunk list`
struct TrunkListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Show each trunk's servers and their health, its registrations there and its own here. Times are UTC."
    )

    @Flag(help: "Print the platform's answer as JSON.") var json = false
    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        let settings = try await options.settings()
        let currency = Currency(rawValue: settings.text("portal.currency")) ?? .usd
        let answer = try await PlatformClient.run(settings, currency) { try await $0.call("GetTrunks") }
        guard !json else { return print(try JSONText.pretty(answer)) }
        for line in TrunkListing.lines(answer) { print(line) }
    }
}

/// The answer of GetTrunks for people.
enum TrunkListing {
    static func lines(_ answer: [String: Any]) -> [String] {
        let trunks = answer["result"] as? [[String: Any]] ?? []
        return trunks.isEmpty ? ["no trunks"] : trunks.flatMap(lines(ofTrunk:))
    }

    private static func lines(ofTrunk trunk: [String: Any]) -> [String] {
        let servers = list(trunk, "servers")
        let contacts = list(trunk, "contacts")
        var lines = [text(trunk, "trunk_name")] + servers.flatMap(lines(ofServer:)) + contacts.map(line(ofContact:))
        if contacts.isEmpty, trunk["may_register"] as? Bool == true { lines.append("  has not registered here") }
        if lines.count == 1 { lines.append("  only brings calls") }
        return lines
    }

    private static func lines(ofServer server: [String: Any]) -> [String] {
        let registration = (server["registration"] as? [String: Any]).map { ", " + words(ofRegistration: $0) }
        let head = "  server \(address(server, "host")) (\(text(server, "transport")))\(registration ?? "")"
        return [head] + list(server, "places").map { "    " + words(ofPlace: $0) }
    }

    private static func words(ofRegistration registration: [String: Any]) -> String {
        var words = text(registration, "state")
        if let status = registration["last_failure"] { words += " with \(status)" }
        if let ends = registration["ends"] { words += " until \(ends)" }
        if let next = registration["next_attempt"] { words += ", next attempt \(next)" }
        return words
    }

    private static func words(ofPlace place: [String: Any]) -> String {
        var words = place["address"] == nil ? "nobody knows where" : address(place, "address")
        words += ": \(text(place, "state"))"
        if let since = place["since"] { words += " since \(since)" }
        if let ends = place["rest_ends"] { words += " until \(ends)" }
        if let answer = place["last_answer"] { words += ", last answer \(answer)" }
        return words
    }

    private static func line(ofContact contact: [String: Any]) -> String {
        "  registered here as \(text(contact, "uri")) from \(address(contact, "address")) "
            + "(\(text(contact, "transport"))) until \(text(contact, "ends"))"
    }

    private static func list(_ object: [String: Any], _ name: String) -> [[String: Any]] {
        object[name] as? [[String: Any]] ?? []
    }

    private static func text(_ object: [String: Any], _ name: String) -> String { object[name].map { "\($0)" } ?? "" }

    /// Host and port; the host alone where there is no port.
    private static func address(_ object: [String: Any], _ name: String) -> String {
        let host = text(object, name)
        let bracketed = host.contains(":") ? "[\(host)]" : host
        return object["port"].map { "\(bracketed):\($0)" } ?? bracketed
    }
}
