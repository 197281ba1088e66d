import Foundation
import Testing

@testable import Switchboard

/// What is to be seen of a real call at a shell, by its portal, the operator and the support.
@Suite(.serialized) struct CallCommandTests {
    @Test("A call is in history, exports, totals and logs, and its recording can be fetched")
    func call() async throws {
        try await TestInstallation.run { installation in
            let report = try await installation.demo.call { _ in }
            let id = try #require(report.history["CALL_ID"] as? String)
            let shell = CommandShell(installation: installation)
            try await checkHistory(shell, id)
            try await checkLog(shell, id, installation)
            try await checkRecording(shell, id, installation)
            try await checkSupport(shell, id, installation)
        }
    }

    private func checkHistory(_ shell: CommandShell, _ id: String) async throws {
        #expect(try await shell.succeed("history").lines.contains { $0.hasSuffix(id) })
        let list = try await shell.succeed("history", "list", "--json").object()
        #expect((list["calls"] as? [Any])?.count == 1 && (list["running"] as? [Any])?.isEmpty == true)
        let one = try await shell.succeed("history", "--call", id).object()
        #expect(one["call_id"] as? String == id && (one["decisions"] as? [Any])?.isEmpty == false)
        #expect(try await shell.succeed("history", "--all-portals").lines == ["\(id)  main  closed"])
        #expect(try await shell.succeed("history", "search", "--result", "answered").lines.count == 1)
        let found = try await shell.succeed("history", "search", "--json", "--number", "+7 911 223-34-44").list()
        #expect(found.map { $0["CALL_ID"] as? String } == [id])
        #expect(try await shell.succeed("history", "search", "--json", "--result", "missed").list().isEmpty)
        let csv = try await shell.succeed("history", "export").lines
        #expect(csv.count == 2 && csv.last?.contains(id) == true)
        #expect(try await shell.succeed("history", "export", "--format", "json").list().count == 1)
        let file = "\(shell.installation.directory)/calls.csv"
        #expect(try await shell.succeed("history", "export", "--output", file).output.isEmpty)
        #expect(try String(contentsOfFile: file, encoding: .utf8).contains(id))
        let days = ["--from", "2020-01-01", "--to", "2100-01-01"]
        let totals = try await shell.succeed(
            "history", "totals", "--by", "employee", days[0], days[1], days[2], days[3])
        #expect(totals.lines.count == 2 && totals.lines.last?.hasPrefix("67  1  1  0  ") == true)
        let json = try await shell.run(["history", "totals", "--json"] + days).object()
        #expect((json["totals"] as? [Any])?.count == 1)
        #expect(
            try await shell.run(["history", "totals", "--csv"] + days).lines.first
                == "day,calls,answered,missed,talk_seconds")
        let route = try await shell.succeed(
            "route", "explain", "--line", DemoCompany.number, "--caller", DemoCompany.customerNumber)
        #expect(!route.lines.isEmpty)

        #expect(try await shell.fail("history", "--call", "nobody.1").contains("The controller refused: "))
        #expect(try await shell.fail("history", "search", "--result", "odd").contains("The controller refused: "))
        #expect(try await shell.fail("history", "search", "--portal", "other", with: 64).contains("LICENCE_KEY"))
        #expect(
            try await shell.fail("history", "totals", "--from", "x", "--to", "y").contains("The controller refused: "))
        let wrong = try await shell.run(["history", "search"], ["LICENCE_KEY": "wrong"])
        #expect(wrong.status == 1 && wrong.errors.contains("the licence key is not the portal's"))
    }

    private func checkLog(_ shell: CommandShell, _ id: String, _ installation: TestInstallation) async throws {
        let folded = try await shell.succeed("log", "show", id).lines
        let heads = folded.filter { $0.contains("⇐ ") || $0.contains("⇒ ") }
        #expect(heads.first?.contains("⇐ INVITE sip:\(DemoCompany.number)") == true, "\(heads)")
        #expect(
            heads.contains { $0.contains("⇒ INVITE sip:phone67") } && heads.contains { $0.contains("SIP/2.0 200 OK") })
        #expect(folded.contains { $0.contains("Call.Connected") } && !folded.contains { $0.contains("Via: ") })
        #expect(!folded.joined().contains("\u{1B}"), "no colours where nobody looks")
        #expect(try await shell.succeed("log", "show", "--colour", "always", id).output.contains("\u{1B}["))
        let whole = try await shell.succeed("log", "show", "--sip", "whole", "--width", "0", id).lines
        #expect(whole.contains { $0.contains("  Via: SIP/2.0/UDP ") } && whole.contains { $0.hasSuffix("  v=0") })
        #expect(try await !shell.succeed("log", "show", "--sip", "none", id).output.contains("INVITE"))
        let followed = try await shell.succeed("log", "show", "--follow", "--raw", id)
        #expect(followed.lines.last?.hasSuffix("Session terminated") == true)
        // What would open recordings, command the call, or prove to be somebody.
        let secrets = installation.logs().joined()
        #expect(secrets.contains("/request/") && followed.output.contains("SIP received from "))
        for text in [followed.output, whole.joined()] {
            #expect(!text.contains("://") && !text.contains("/request/") && !text.contains("response=\""))
        }
        #expect(!secrets.contains("response=\"") && !secrets.contains("inline:"))
        #expect(try await shell.fail("log", "show", "nobody.1").contains("The controller refused: "))
        #expect(try await shell.fail("log", "show", "--sip", "odd", id, with: 64).contains("folded"))
    }

    private func checkRecording(_ shell: CommandShell, _ id: String, _ installation: TestInstallation) async throws {
        let file = "\(installation.directory)/call.mp3"
        #expect(try await shell.succeed("record", "get", "--output", file, id).output.hasPrefix("\(file): "))
        #expect(try #require(FileManager.default.contents(atPath: file)).count > 1000)
        #expect(try await shell.fail("record", "get", "--output", file, id).contains("is there already"))
        #expect(
            try await shell.fail("record", "get", "--output", "\(file).2", "nobody.1").contains(
                "The controller refused: "))
    }

    private func checkSupport(_ shell: CommandShell, _ id: String, _ installation: TestInstallation) async throws {
        let person = try await shell.succeed("staff", "add", "--role", "support", "--json", "sofia").object()
        let token = try #require(person["token"] as? String)
        let code = try #require(try await installation.portalSession.ask("NewSupportCode", [:])["CODE"] as? String)
        let asked = try await shell.succeed(
            "support", "request", "main", "--code", code, "--reason", "no sound", "--scope", "history", "--scope",
            "sessions", "--scope", "recordings", "--scope", "settings", "--json", by: token
        ).object()
        let grant = try #require(asked["grant"] as? String)
        #expect(try await shell.fail("support", "calls", grant, by: token).contains("The controller refused: "))
        _ = try await installation.portalSession.ask(
            "GrantSupport",
            [
                "GRANT_ID": grant, "SCOPES": ["history", "sessions", "recordings", "settings"], "SECONDS": 3600,
                "USER_ID": DemoCompany.employeeID,
            ])
        #expect(
            try await shell.succeed("support", "list", by: token).lines.first?.hasPrefix("\(grant)  main  granted")
                == true)
        #expect(try await shell.succeed("support", "calls", grant, by: token).lines.first?.contains(id) == true)
        let calls = try await shell.succeed("support", "calls", "--json", grant, by: token).object()
        #expect((calls["result"] as? [Any])?.count == 1)
        #expect(try await shell.succeed("support", "call", grant, id, by: token).object()["decisions"] != nil)
        let log = try await shell.succeed("support", "log", grant, id, by: token)
        #expect(log.output.contains("⇐ INVITE") && !log.output.contains("://") && !log.output.contains("/request/"))
        #expect(try await shell.succeed("support", "log", "--json", grant, id, by: token).object()["lines"] != nil)
        let file = "\(installation.directory)/support.mp3"
        let fetched = try await shell.succeed("support", "recording", "--out", file, "--json", grant, id, by: token)
        #expect(try fetched.object()["bytes"] as? Int ?? 0 > 1000)
        #expect(try await shell.succeed("support", "settings", grant, by: token).output.contains(DemoCompany.number))
        #expect(try await shell.succeed("support", "account", grant, by: token).object()["users"] != nil)
        let shown = try await shell.succeed("support", "show", grant, by: token).lines
        #expect(shown.contains("state: granted") && shown.count > 10, "\(shown)")
        #expect(try await shell.succeed("support", "show", "--json", grant, by: token).object()["journal"] != nil)

        #expect(try await shell.fail("support", "calls", grant).contains("OPERATOR_TOKEN"))
        #expect(
            try await shell.fail("support", "log", grant, "nobody.1", by: token).contains("The controller refused: "))
        #expect(try await shell.fail("support", "log", "none", id, by: token).contains("The controller refused: "))
        let guess = try await shell.fail("support", "request", "main", "--code", "000000", "--reason", "x", by: token)
        #expect(guess.contains("The controller refused: "))
    }
}
