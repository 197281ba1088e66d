import Foundation
import Testing

@testable import Switchboard

/// `switchboard balance backtest` as an operator calls it.
@Suite(.serialized) struct BalanceCommandTests {
    private func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        try CommandTests.run(["balance", "backtest"] + arguments)
    }

    @Test func `the same seed prints the same table`() throws {
        let small = ["--accounts", "20", "--days", "60", "--seed", "5"]
        let first = try run(small)
        #expect(first.status == 0)
        #expect(first.output.contains("| individual, learned lead time |"))
        #expect(first.output.contains("| fixed 300.00 RUB |"))
        #expect(first.output.contains("Where a fixed threshold makes a fault less often"))
        #expect(first.output == (try run(small)).output)
        let json = try run(small + ["--json", "--fixed", "500"])
        let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any] ?? [:]
        let all = object["all"] as? [[String: Any]] ?? []
        #expect(
            all.map { $0["rule"] as? String } == ["fixed 500.00 RUB", "individual", "individual, learned lead time"])
        #expect(all.allSatisfy { $0["accounts"] as? Int == 20 })
        #expect((object["kinds"] as? [Any])?.count == 10)
    }

    @Test func `a ledger is read from a file, and its wrong line named`() throws {
        let path = NSTemporaryDirectory() + "ledger-\(UUID().uuidString).csv"
        defer { try? FileManager.default.removeItem(atPath: path) }
        var text = "account,time,amount,kind\nacme,0,500,payment\n"
        for day in 0..<60 { text += "acme,\(day * 86_400 + 40_000),-8,call\n" }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let good = try run(["--ledger", path, "--fixed", "300", "--json"])
        let object = try JSONSerialization.jsonObject(with: Data(good.output.utf8)) as? [String: Any] ?? [:]
        let fixed = (object["all"] as? [[String: Any]])?.first
        #expect(fixed?["warnings"] as? Int == 1 && fixed?["accounts"] as? Int == 1)
        try (text + "acme,now,-8,call\n").write(toFile: path, atomically: true, encoding: .utf8)
        let bad = try run(["--ledger", path])
        #expect(bad.status == 64 && bad.errors.contains("line 63: column 'time'"), "\(bad.errors)")
        #expect(try run(["--ledger", "/nonexistent.csv"]).status == 64)
    }

    @Test(arguments: [
        ["--accounts", "0"], ["--days", "5"], ["--currency", "GBP"], ["--fixed", "much"], ["--fixed", "-1"],
        ["--lead", "0"], ["--safety", "1000"], ["--early", "0"], ["--nothing", "0"], ["--utc-minutes", "900"],
        ["--platform"], ["--platform", "--from", "x"], ["--platform", "--ledger", "x", "--from", "2026-01-01"],
        ["--platform", "--from", "2026-01-02", "--to", "2026-01-01"], ["--seed", "x"],
    ])
    func mistakesOfUsageEndWith64(arguments: [String]) throws {
        let result = try run(arguments)
        #expect(result.status == 64, "\(result.errors)")
    }

    @Test func `a platform that is away is a failure`() throws {
        let directory = NSTemporaryDirectory() + "backtest-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let result = try run([
            "--platform", "--from", "2026-01-01", "--to", "2026-01-02", "--data-directory", directory,
            "--voice-http-url", "http://127.0.0.1:1",
        ])
        #expect(result.status == 1 && result.output.isEmpty && result.errors.contains("is it running"))
    }

    @Test func `a portal's threshold is shown with its reasons`() {
        let lines = BalanceShowCommand.lines([
            "BALANCE": "12.50", "CURRENCY": "RUB", "PHASE": "low", "CROSSINGS": 3, "PAYMENT_HOURS": [5, 70],
            "EXPLANATION": ["warning below 300.00 RUB", "a new account"],
        ])
        #expect(
            lines == [
                "balance: 12.50 RUB", "portal: told that it is low, 3 warnings in all", "warning below 300.00 RUB",
                "a new account", "hours from warnings to payments: 5, 70",
            ])
        #expect(BalanceShowCommand.lines([:]).first == "balance: not seen yet")
    }

    @Test func `a controller that is away is a failure`() throws {
        let directory = NSTemporaryDirectory() + "show-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let result = try CommandTests.run([
            "balance", "show", "main", "--data-directory", directory, "--controller-url", "http://127.0.0.1:1",
        ])
        #expect(result.status == 1 && result.errors.contains("is it running"))
        #expect(try CommandTests.run(["balance", "show"]).status == 64)
    }

    @Test(arguments: [["balance"], ["balance", "show"], ["balance", "backtest"]]) func everyCommandHasHelp(
        arguments: [String]
    ) throws {
        let result = try CommandTests.run(arguments + ["--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("USAGE: switchboard \(arguments.joined(separator: " "))"))
    }
}
