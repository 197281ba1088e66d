import Foundation
import OutsideRequests
import RequestSigning
import Synchronization
import Testing

@testable import Controller

/// Warnings by mail and webhook: each once over each channel, however often it must be tried.
@Suite struct WarningTests {
    /// Falls below the threshold, then to nothing.
    private func fall(_ world: World) async throws {
        for balance in [500.0, 12.5, 10, 0, -1] {
            world.platform.state.withLock { $0.balance = .real(balance) }
            _ = try await world.command("GetBalance")
        }
    }

    private func set(_ world: World, _ body: JSONValue) async throws -> JSONValue {
        let answer = try await world.command("SetWarningChannels", body)
        return try #require(answer.json?["result"], "\(answer)")
    }

    @Test("Each crossing goes once to each address, and says why")
    func mail() async throws {
        let setting = World.Setting()
        let mailer = setting.mailer
        mailer.next([.later("450 busy"), .later("no connection")])
        try await World.run(setting) { world async throws in
            let channels = try await set(world, ["EMAILS": ["anna@example.com", "boris@example.com"]])
            #expect(channels["EMAILS"]?.elements.count == 2 && channels["MAIL_AVAILABLE"] == "Y")
            try await fall(world)
            await mailer.events.wait { mailer.taken.count == 4 }
            #expect(mailer.attempts == 6)
            let low = mailer.taken.filter { $0.subject == "Telephony: the balance is low" }
            #expect(Set(low.map(\.to)) == ["anna@example.com", "boris@example.com"])
            #expect(low.first?.text.contains("12.50 RUB") == true && low.first?.text.contains("below 300.00") == true)
            #expect(mailer.taken.filter { $0.subject == "Telephony: the money is out" }.count == 2)
            #expect(!world.log.text.contains("anna@"))
        }
    }

    @Test("An address that does not exist is given up, and holds nobody up")
    func refused() async throws {
        let setting = World.Setting()
        let mailer = setting.mailer
        mailer.next([.never("550 no such mailbox")])
        try await World.run(setting) { world async throws in
            _ = try await set(world, ["EMAILS": ["gone@example.com"]])
            try await fall(world)
            await mailer.events.wait { mailer.taken.count == 1 }
            #expect(mailer.attempts == 2 && mailer.taken.first?.subject == "Telephony: the money is out")
            #expect(world.log.text.contains("warning given up"))
        }
    }

    @Test("A webhook gets each warning signed with its secret, until it takes it")
    func webhook() async throws {
        let hook = FakeHook()
        hook.fail(3)
        try await hook.serve { address in
            try await World.run { world async throws in
                let channels = try await set(world, ["WEBHOOK": .text(address)])
                let secret = try #require(channels["WEBHOOK_SECRET"]?.string)
                #expect(try await world.command("GetWarningChannels").json?["result"]?["WEBHOOK_SECRET"] == nil)
                #expect(try await set(world, ["WEBHOOK": .text(address)])["WEBHOOK_SECRET"] == .null)
                try await fall(world)
                let keys: @Sendable () -> Set<String> = { Set(hook.requests.suffix(2).map(\.signed.nonce)) }
                await hook.events.wait { hook.requests.count == 5 && keys() == ["1-low", "1-empty"] }
                let key = try #require(RequestKey(hexadecimal: secret))
                for request in hook.requests {
                    #expect(request.signature == request.signed.signature(key))
                    #expect(request.signed.path == "/hook?company=1" && request.portal == "demo")
                }
                let body = try #require(JSONValue(Data(hook.requests[0].signed.body)))
                #expect(body["CROSSING"] == 1 && body["CURRENCY"] == "RUB")
                #expect(!world.log.text.contains(secret))
                let renewed = try await set(world, ["NEW_SECRET": "Y"])
                #expect(renewed["WEBHOOK_SECRET"]?.string != secret)
                #expect(try await set(world, ["WEBHOOK": .null])["WEBHOOK"] == .null)
            }
        }
    }

    @Test("What the portal does not want any more is not sent there")
    func unwanted() async throws {
        let setting = World.Setting()
        let mailer = setting.mailer
        mailer.next(Array(repeating: .later("busy"), count: 1_000_000))
        try await World.run(setting) { world async throws in
            _ = try await set(world, ["EMAILS": ["anna@example.com"]])
            try await fall(world)
            await mailer.events.wait { mailer.attempts > 2 }
            _ = try await set(world, ["EMAILS": []])
            let end = Mutex(false)
            while !end.withLock({ $0 }) {
                end.withLock { $0 = world.log.text.contains("does not want it there any more") }
                await Task.yield()
            }
            #expect(mailer.taken.isEmpty)
        }
    }

    @Test(
        "Wrong channels are refused by name and change nothing",
        arguments: [
            ("EMAILS", "anna@example.com"), ("EMAILS", ["anna"]), ("EMAILS", ["a b@example.com"]),
            ("EMAILS", ["a@example.com\r\nBcc: x@example.com"]), ("EMAILS", ["a@b@example.com"]),
            ("EMAILS", ["a@localhost"]), ("EMAILS", ["a@-x.com"]), ("EMAILS", ["<a@example.com>"]),
            ("EMAILS", ["a@x.co", "b@x.co", "c@x.co", "d@x.co", "e@x.co", "f@x.co"]), ("EMAILS", [7]),
            ("WEBHOOK", "ftp://example.com/"), ("WEBHOOK", "http://127.0.0.1/"), ("WEBHOOK", "http://localhost/"),
            ("WEBHOOK", "http://10.0.0.1/"), ("WEBHOOK", "http://[::1]/"), ("WEBHOOK", "https://user:x@example.com/"),
            ("WEBHOOK", "example.com"), ("WEBHOOK", 5), ("NEW_SECRET", "yes"), ("PAGER", "5"),
        ] as [(String, JSONValue)])
    func wrong(field: String, value: JSONValue) throws {
        let error = #expect(throws: ControllerError.self) {
            try WarningChannels().changed(
                by: .object([.init(name: field, value: value)]), policy: OutsidePolicy(), hasMail: true,
                fresh: Secret("fresh"))
        }
        #expect(error?.code == .settingsInvalid && error?.message.contains(field) == true)
    }

    @Test("Without a mail server nobody is promised a mail")
    func noMail() throws {
        let error = #expect(throws: ControllerError.self) {
            try WarningChannels().changed(
                by: ["EMAILS": ["anna@example.com"]], policy: OutsidePolicy(), hasMail: false, fresh: Secret("fresh"))
        }
        #expect(error?.message.contains("sends no mails") == true)
    }
}
