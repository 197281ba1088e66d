import Foundation
import Testing

@testable import Switchboard

/// What the operator does at a shell, with a controller that runs.
@Suite(.serialized) struct OperatorCommandTests {
    @Test("Accounts are listed, shown, added, moved, and get new keys")
    func accounts() async throws {
        try await TestInstallation.run { installation in
            _ = try await installation.prepared()
            let shell = CommandShell(installation: installation)
            let own = try await shell.succeed("account", "show", "main").lines
            #expect(own.contains("portal: main") && own.contains { $0.hasPrefix("account_id: ") })
            #expect(
                try await shell.succeed("account", "show", "--json", "main").object()["portal"] as? String == "main")
            let added = try await shell.succeed(
                "account", "add", "other", "--address", "http://127.0.0.1:9", "--currency", "EUR", "--region", "DE",
                "--json"
            ).object()
            let first = try #require(added["licence_key"] as? String)
            let list = try await shell.succeed("account", "list").lines
            #expect(
                list.contains { $0.hasPrefix("main  ") } && list.contains { $0.hasPrefix("other  cloud  EUR  -  ") })
            let page = try await shell.succeed("account", "list", "--limit", "1", "--json").object()
            #expect((page["portals"] as? [Any])?.count == 1 && page["next"] as? String == "main")
            #expect(try await shell.succeed("account", "list", "--after", "main").lines.count == 1)
            let key = try await shell.succeed("account", "key", "--overlap", "0", "other").lines
            let second = try #require(key.first { $0.hasPrefix("licence_key: ") }?.dropFirst("licence_key: ".count))
            #expect(second != first)
            let move = try await shell.succeed(
                "account", "move", "other", "--address", "http://127.0.0.1:10", "--json")
            #expect(try move.object()["kind"] as? String == "box" && move.errors.contains("--resume move-"))
            #expect(try await !shell.succeed("account", "show", "other").output.contains("licence_key"))

            #expect(try await shell.fail("account", "show", "nobody").contains("The controller refused: "))
            #expect(
                try await shell.fail(
                    "account", "add", "other", "--address", "http://127.0.0.1:9", "--currency", "EUR", "--region", "DE"
                ).contains("The controller refused: "))
            #expect(
                try await shell.fail(
                    "account", "add", "third", "--address", "nowhere", "--currency", "EUR", "--region", "DE"
                ).contains("address"))
            #expect(try await shell.fail("account", "list", "--limit", "0", with: 64).contains("1 to 500"))
            #expect(
                try await shell.fail("account", "list", controller: "http://127.0.0.1:1")
                    .contains("is it running? Set controller.url."))
        }
    }

    @Test("People of the staff get tokens, lose them, and are in the journal")
    func staff() async throws {
        try await TestInstallation.run { installation in
            let shell = CommandShell(installation: installation)
            let anna = try await shell.succeed("staff", "add", "--role", "viewer", "--json", "anna").object()
            let token = try #require(anna["token"] as? String)
            #expect(try await shell.succeed("staff", "list").lines.contains("anna  viewer"))
            _ = try await shell.succeed("account", "list", by: token)
            let refused = try await shell.fail("staff", "list", by: token)
            #expect(
                refused.contains("The controller refused: ") && refused.contains("The token is that of OPERATOR_TOKEN"))
            let renewed = try await shell.succeed("staff", "token", "anna").lines
            let next = try #require(renewed.first { $0.hasPrefix("token: ") }?.dropFirst("token: ".count))
            _ = try await shell.fail("account", "list", by: token)
            _ = try await shell.succeed("account", "list", by: String(next))
            #expect(try await shell.succeed("staff", "disable", "anna").lines.contains("enabled: no"))
            #expect(try await shell.succeed("staff", "list").lines.contains("anna  viewer  disabled"))
            _ = try await shell.fail("account", "list", by: String(next))
            #expect(try await shell.succeed("staff", "enable", "--json", "anna").object()["enabled"] as? Bool == true)
            _ = try await shell.succeed("account", "list", by: String(next))
            let journal = try await shell.succeed("staff", "journal").lines
            #expect(
                journal.count == 4 && journal.first?.hasSuffix("operator  staff_enabled  anna") == true, "\(journal)")
            let page = try await shell.succeed("staff", "journal", "--limit", "1", "--json").object()
            let before = try #require(page["next"] as? Int)
            #expect(try await shell.succeed("staff", "journal", "--before", "\(before)").lines.count == 3)
            #expect(try await shell.fail("staff", "token", "nobody").contains("The controller refused: "))
            #expect(try await shell.fail("staff", "add", "--role", "king", "boris").contains("role"))
            #expect(try await shell.fail("account", "list", by: "wrong").contains("OPERATOR_TOKEN"))
        }
    }

    @Test(
        "A version is published, rolled out, looked at and taken back; logins, lines, numbers and the balance are shown"
    )
    func rollout() async throws {
        try await TestInstallation.run { installation in
            _ = try await installation.prepared()
            let shell = CommandShell(installation: installation)
            let script = "\(installation.directory)/script.js"
            try "VoxEngine.addEventListener(AppEvents.CallAlerting, ({call}) => call.answer());".write(
                toFile: script, atomically: true, encoding: .utf8)
            let published = try await shell.succeed("scenario", "publish", "--note", "two tones", "--json", script)
            let number = "\(try #require(try published.object()["version"] as? Int))"
            #expect(
                try await shell.succeed("scenario", "versions").lines.first?.hasPrefix("version \(number)  draft")
                    == true)
            let begun = try await shell.succeed("scenario", "rollout", number, "--portals", "main").lines
            #expect(begun.first?.hasPrefix("version \(number)  rolling_out  0%  1 named in  0 accounts") == true)
            // The account gets the version when its portal asks for something.
            _ = try await installation.portalSession.ask("GetAccountInfo", [:])
            let status = try await shell.succeed("scenario", "status", number).lines
            #expect(status.contains("all accounts: 1") && status.contains("  version \(number): 1 (100%)"), "\(status)")
            let all = try await shell.succeed("scenario", "status", "--json", number).object()["all_accounts"]
            #expect((all as? [String: Any])?["accounts"] as? Int == 1)
            #expect(try await shell.succeed("scenario", "versions", "--json").object()["all_accounts"] != nil)
            for (flag, state) in [("--pause", "paused"), ("--resume", "rolling_out"), ("--stop", "stopped")] {
                let run = try await shell.succeed("scenario", "rollout", "--json", number, flag)
                #expect(try run.object()["state"] as? String == state)
            }
            #expect(
                try await shell.fail("scenario", "rollout", number, "--resume").contains("The controller refused: "))
            #expect(try await shell.fail("scenario", "status", "99").contains("there is no scenario version 99"))
            #expect(try await shell.fail("scenario", "publish", "\(script).none", with: 64).contains(".none"))
            try await checkPortal(shell)
        }
    }

    private func checkPortal(_ shell: CommandShell) async throws {
        let users = try await shell.succeed("user", "list").lines
        #expect(users.contains("phone67  let in") && users.contains("user67  let in"), "\(users)")
        #expect(try await shell.succeed("user", "list", "--json").list().count == users.count)
        _ = try await shell.succeed("line", "list")
        #expect(try await shell.succeed("line", "list", "--json").output.hasPrefix("["))
        #expect(try await shell.succeed("number", "list").output.contains(DemoCompany.number))
        #expect(
            try await shell.succeed("number", "list", "--json").list().first?["PHONE_NUMBER"] as? String
                == DemoCompany.number)
        let balance = try await shell.succeed("balance", "show", "main").lines
        #expect(balance.first?.hasPrefix("balance: ") == true && balance.count > 2)
        #expect(try await shell.succeed("balance", "show", "--json", "main").object()["CURRENCY"] as? String == "USD")
        #expect(try await shell.succeed("status").lines.allSatisfy { $0.hasPrefix("ready ") })
        let ready = try await shell.succeed("status", "--json").list()
        #expect(ready.count == 3 && ready.allSatisfy { $0["ready"] as? Bool == true })
        #expect(try await shell.succeed("payment", "list", "main").output.isEmpty)
        #expect(try await shell.succeed("payment", "list", "--json", "main").object()["result"] != nil)
        #expect(try await shell.fail("balance", "show", "nobody").contains("The controller refused: "))
        #expect(try await shell.fail("user", "list", "--portal", "other", with: 64).contains("LICENCE_KEY"))
        #expect(
            try await shell.fail("number", "list", controller: "http://127.0.0.1:1").contains("Set controller.url."))
    }
}
