import Foundation
import Testing

@testable import Switchboard

/// `switchboard tariff` as an operator calls it.
@Suite(.serialized) struct TariffCommandTests {
    private static let list = """
        currency,account,direction,kind,prefix,group,price,step,setup,free,from,permission
        # the whole world
        EUR,,outgoing,pstn,,World,0.15,60/60,,,,
        EUR,,outgoing,mobile,4915,Mobile Germany,0.09,30/6,0.01,,,
        EUR,,outgoing,mobile,4915,Mobile Germany new,0.08,30/6,0.01,,2027-01-01,
        EUR,acme,outgoing,pstn,49,Germany for Acme,0.01,1/1,,,,
        EUR,,outgoing,pstn,882,Satellites,9,60/60,,,,
        EUR,,outgoing,maximum,,most,0.5,,,,,
        """

    /// Runs a subcommand with a list in a file.
    private func run(
        _ arguments: [String], list: String = list
    ) throws -> (status: Int32, output: String, errors: String) {
        let path = NSTemporaryDirectory() + "prices-\(UUID().uuidString).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try list.write(toFile: path, atomically: true, encoding: .utf8)
        return try CommandTests.run(["tariff"] + arguments + ["--file", path])
    }

    private func quote(_ arguments: [String]) throws -> [String: String] {
        let result = try run(["price", "--json", "--currency", "EUR"] + arguments)
        try #require(result.status == 0, "\(result.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any] ?? [:]
        return object.mapValues { "\($0)" }
    }

    @Test func theLongestPrefixOfTheDayAndTheAccountPricesANumber() throws {
        let mobile = try quote(["--number", "+49 151 23456", "--seconds", "31", "--on", "2026-12-31"])
        #expect(mobile["group"] == "Mobile Germany")
        #expect(mobile["prefix"] == "4915")
        #expect(mobile["step"] == "30/6")
        #expect(mobile["amount"] == "0.064")
        let later = try quote(["--number", "4915123456", "--on", "2027-01-01"])
        #expect(later["group"] == "Mobile Germany new")
        let land = try quote(["--number", "4930123456", "--account", "acme", "--seconds", "61"])
        #expect(land["group"] == "Germany for Acme")
        #expect(land["amount"] == "0.010167")
        #expect(try quote(["--number", "4930123456"])["group"] == "World")
        #expect(try quote(["--kind", "user"])["amount"] == "0.00")
    }

    @Test func whatIsRefusedSaysWhy() throws {
        let satellite = try run(["price", "--currency", "EUR", "--number", "88212345"])
        #expect(satellite.status == 1)
        #expect(satellite.errors.contains("cost more than 0.50 EUR"))
        let unknown = try run(["price", "--currency", "RUB", "--number", "4930123456"])
        #expect(unknown.status == 1)
        #expect(unknown.errors.contains("the tariff has no row"))
    }

    @Test func aListIsCheckedAndItsWrongLineNamed() throws {
        let good = try run(["check", "--json"])
        #expect(good.status == 0)
        let object = try JSONSerialization.jsonObject(with: Data(good.output.utf8)) as? [String: Any] ?? [:]
        let tariffs = object["tariffs"] as? [[String: Any]] ?? []
        #expect(tariffs.count == 5)
        #expect(tariffs.contains { $0["account"] as? String == "acme" })
        #expect(tariffs.contains { $0["currency"] as? String == "EUR" && $0["maximum"] as? String == "0.50" })
        let bad = try run(["check"], list: Self.list + "\nEUR,,outgoing,pstn,+49,Bad,0.1,,,,,")
        #expect(bad.status == 1)
        #expect(bad.errors.contains("line 9: column 'prefix'"), "\(bad.errors)")
        let missing = try CommandTests.run(["tariff", "check", "--file", "/nonexistent/prices.csv"])
        #expect(missing.status == 1)
        #expect(missing.errors.contains("cannot be read"))
    }

    @Test(arguments: [
        ["price", "--currency", "EUR"], ["price", "--currency", "GBP", "--number", "49"],
        ["price", "--currency", "EUR", "--number", "abc"],
        ["price", "--currency", "EUR", "--number", "49", "--on", "x"],
        ["price", "--currency", "EUR", "--number", "49", "--seconds", "-1"],
    ])
    func mistakesOfUsageEndWith64(arguments: [String]) throws {
        #expect(try run(arguments).status == 64)
    }

    @Test(arguments: [
        ["tariff"], ["tariff", "check"], ["tariff", "price"], ["money"], ["money", "balance"], ["money", "add"],
        ["money", "transfer"], ["money", "credit"],
    ])
    func everyCommandHasHelp(arguments: [String]) throws {
        let result = try CommandTests.run(arguments + ["--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("USAGE: switchboard \(arguments.joined(separator: " "))"))
    }

    @Test func aPlatformThatIsNotThereIsSaid() throws {
        let directory = NSTemporaryDirectory() + "money-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let result = try CommandTests.run([
            "money", "balance", "--currency", "EUR", "--data-directory", directory, "--voice-http-port", "9",
        ])
        #expect(result.status == 1)
        #expect(result.errors.contains("does not answer at http://127.0.0.1:9"))
    }
}
