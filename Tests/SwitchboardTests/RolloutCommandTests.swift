import Foundation
import Testing

@testable import Switchboard

/// `switchboard scenario publish`, `versions`, `rollout` and `status` as a shell calls them.
@Suite(.serialized) struct RolloutCommandTests {
    private static func folder<Result>(_ script: String, _ body: (String) throws -> Result) throws -> Result {
        let folder = NSTemporaryDirectory() + "rollout-command-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try script.write(toFile: "\(folder)/script.js", atomically: true, encoding: .utf8)
        return try body(folder)
    }

    @Test(arguments: [
        ("function (", "SyntaxError"), ("null.boom();", "TypeError"), ("const PORTAL_ID = 1;", "SyntaxError"),
        ("VoxEngine.addEventListener(AppEvents.Started, () => missing());", "missing"),
        ("for (;;) {}", "took more than 1000 ms"),
    ])
    func aScriptThatCannotBeLoadedIsNotPublished(script: String, message: String) throws {
        try Self.folder(script) { folder in
            let run = try CommandTests.run([
                "scenario", "publish", folder, "--data-directory", folder, "--controller-url", "http://127.0.0.1:1",
            ])
            #expect(run.status == 1)
            #expect(run.errors.contains("The scenario cannot be loaded, nothing was published: "), "\(run.errors)")
            #expect(run.errors.contains(message), "\(run.errors)")
        }
    }

    @Test func aScriptThatCanBeLoadedGoesToTheController() throws {
        try Self.folder("VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => call.answer());") { folder in
            let run = try CommandTests.run([
                "scenario", "publish", "\(folder)/script.js", "--share", "5%", "--data-directory", folder,
                "--controller-url", "http://127.0.0.1:1",
            ])
            #expect(run.status == 1)
            #expect(run.errors.contains("The controller does not answer"), "\(run.errors)")
        }
    }

    @Test(arguments: [
        ["publish", "/none.js"], ["publish", "/proc"], ["publish", "x.js", "--share", "5"],
        ["publish", "x.js", "--share", "101%"], ["publish", "x.js", "--share", "1.25%"], ["rollout", "10"],
        ["rollout", "0", "--stop"], ["rollout", "ten", "--stop"], ["rollout", "10", "--stop", "--pause"],
        ["rollout", "10", "--share", "5%", "--resume"], ["status"],
    ])
    func mistakesOfUsageEndWith64(arguments: [String]) throws {
        #expect(try CommandTests.run(["scenario"] + arguments).status == 64)
    }

    @Test(arguments: [("5%", 50), ("0.5%", 5), ("100 %", 1000), ("0%", 0), ("12.3%", 123)])
    func sharesAreTenthsOfAPercent(text: String, share: Int) throws {
        #expect(try RolloutOptions.perMille(text) == share)
    }

    @Test func whereThereAreNoAccountsNoneHasAShare() {
        let none: [String: Any] = ["accounts": 0, "without_version": 0, "versions": [Any]()]
        #expect(RolloutListing.spread(none) == ["all accounts: 0"])
        #expect(RolloutListing.spread(nil) == [])
    }

    @Test func aStatusIsShownWithItsHealth() throws {
        let answer = """
            {"version": 10, "state": "stopped", "share": 55, "include": ["a", "b"], "exclude": [], "accounts": 3,
             "created_at": 1772355600000, "created_by": "anna", "note": "two tones", "reason": "failed sessions",
             "health": {"sessions": 200, "failed": 25, "script_errors": 20, "answered": 100, "answer_seconds": [
               {"at_most": 1, "calls": 0}, {"at_most": 5, "calls": 90}, {"at_most": null, "calls": 10}]},
             "predecessor": 9, "predecessor_health": {"sessions": 0, "failed": 0, "script_errors": 0},
             "days": [{"day": "2026-03-01", "sessions": 200, "failed": 25, "script_errors": 20}],
             "failing_portals": [{"portal": "acme", "failed": 9}],
             "all_accounts": {"accounts": 1000001, "without_version": 1, "versions": [
               {"version": 10, "accounts": 3000}, {"version": 9, "accounts": 997000}]}}
            """
        let object = try #require(try JSONSerialization.jsonObject(with: Data(answer.utf8)) as? [String: Any])
        #expect(
            RolloutListing.lines(object) == [
                "version 10  stopped  5.5%  2 named in  3 accounts  2026-03-01 by anna  two tones  failed sessions",
                "all accounts: 1000001", "  version 10: 3000 (0.3%)", "  version 9: 997000 (99.7%)",
                "  none yet: 1 (0%)",
                "health: 200 sessions, 25 failed (12.5%), 20 with script errors",
                "  answered within 5 s: 90, later: 10", "version 9 before: 0 sessions, 0 failed, 0 with script errors",
                "  2026-03-01  200 sessions, 25 failed (12.5%), 20 with script errors", "  portal acme: 9 failed",
            ])
    }
}
