import AsyncHTTPClient
import Digests
import Foundation
import NIOCore
import NIOHTTP1
import Storage
import Synchronization
import Testing

@testable import Controller

@Suite struct RecordingTests {
    private func report(_ world: World, _ id: String, _ address: String) async throws {
        _ = try await world.scenario(
            "AddCallHistory",
            [
                ("CALL_ID", id), ("PHONE_NUMBER", World.caller), ("CALL_STATUS", "true"), ("CALL_DURATION", "3"),
                ("URL", address),
            ])
    }

    /// A link as the portal gets it, at the address where the controller really is.
    private func link(_ world: World, _ id: String, portal: String = "demo") async throws -> String {
        let answer = try await world.command("GetRecordingLink", ["CALL_ID": .text(id)], portal: portal)
        let url = try #require(answer.json?["url"]?.string, "\(answer.text)")
        #expect(url.hasPrefix("http://controller.example/recordings/"))
        return url.replacing("http://controller.example", with: world.base)
    }

    private func get(_ url: String, range: String? = nil) async throws -> (HTTPClientResponse, String) {
        var request = HTTPClientRequest(url: url)
        if let range { request.headers.add(name: "Range", value: range) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(60))
        return (response, String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }

    @Test("A link opens its recording, or a part of it, and does not show where it is")
    func opens() async throws {
        try await World.run { world async throws in
            world.platform.state.withLock { $0.records["a.mp3"] = "sound" }
            try await report(world, "a", "\(world.platformBase)/record/a.mp3")
            let link = try await link(world, "a")
            #expect(!link.contains("record/a") && !link.contains(world.platformBase))
            let (whole, text) = try await get(link)
            #expect(whole.status == .ok && text == "sound")
            #expect(whole.headers.first(name: "Content-Type") == "audio/mpeg")
            let (part, middle) = try await get(link, range: "bytes=1-3")
            #expect(part.status == .partialContent && middle == "oun")
            #expect(part.headers.first(name: "Content-Range") == "bytes 1-3/5")
        }
    }

    @Test("What is not sound is not shown as what it says that it is")
    func noSound() async throws {
        try await World.run { world async throws in
            world.platform.state.withLock { $0.records["a.html"] = "<script>" }
            try await report(world, "a", "\(world.platformBase)/record/a.html")
            let (response, _) = try await get(try await link(world, "a"))
            #expect(response.headers.first(name: "Content-Type") == "application/octet-stream")
            #expect(response.headers.first(name: "X-Content-Type-Options") == "nosniff")
        }
    }

    @Test("A recording that wants a key is fetched with the account's", arguments: [false, true])
    func secure(withToken: Bool) async throws {
        let pair = try RSAKeyPair.generate()
        var setting = World.Setting()
        setting.platform = FakePlatform(serviceKey: pair.publicKey)
        setting.serviceKey = withToken ? ServiceKey(json: ServiceKeyTests.file(pair)) : nil
        try await World.run(setting) { world async throws in
            #expect(try await world.command("GetAccountInfo").status == 200)
            world.platform.state.withLock { $0.records["secure.mp3"] = "sound" }
            try await report(world, "a", "\(world.platformBase)/record/secure.mp3")
            let (response, text) = try await get(try await link(world, "a"))
            #expect(response.status == .ok && text == "sound")
        }
    }

    @Test("A link that was changed, has expired or is another portal's opens nothing")
    func wrong() async throws {
        try await World.run { world async throws in
            world.platform.state.withLock { $0.records["a.mp3"] = "sound" }
            try await report(world, "a", "\(world.platformBase)/record/a.mp3")
            let link = try await link(world, "a")
            var changed = Array(link.utf8)
            let place = changed.count - 80
            changed[place] = changed[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            for url in [
                String(decoding: changed, as: UTF8.self), String(link.dropLast()), world.base + "/recordings/x",
                world.base + "/recordings/x.00", link + ".00",
            ] {
                let (response, text) = try await get(url)
                #expect(response.status == .forbidden, "\(url)")
                #expect(text.contains("REFUSED"))
            }
            let foreign = try await world.command("GetRecordingLink", ["CALL_ID": "a"], portal: "other")
            #expect(foreign.code == "CALL_NOT_FOUND")
            for life in [0, 59, 86_401] as [Int64] {
                let answer = try await world.command(
                    "GetRecordingLink", ["CALL_ID": "a", "SECONDS": .integer(life)])
                #expect(answer.code == "WRONG_REQUEST")
            }
        }
    }

    @Test("A link ends at its time, and outlives the controller that made it")
    func life() async throws {
        try await HistoryArchive.run { archive in
            let target = RecordingLinks.Target(
                portal: PortalID(rawValue: "a b/ü"), call: try #require(CallKey(rawValue: "c d.e")),
                expiresAt: Moment(milliseconds: 1_000_000))
            let secrets = try StoredSecrets(key: Secret(String(repeating: "07", count: 32)))
            let links = RecordingLinks(database: archive.database, secrets: secrets, publicURL: "http://c")
            let token = String(try await links.address(target).dropFirst("http://c/recordings/".count))
            let later = RecordingLinks(database: archive.database, secrets: secrets, publicURL: "http://c")
            #expect(try await later.target(token, at: Moment(milliseconds: 999_999)) == target)
            #expect(try await later.target(token, at: Moment(milliseconds: 1_000_000)) == nil)
        }
    }

    @Test("The key of links lies sealed in the database, also one from before there was a seal, and links go on")
    func sealedKey() async throws {
        try await HistoryArchive.run { archive in
            let secrets = try StoredSecrets(key: Secret(String(repeating: "07", count: 32)))
            let open = String(repeating: "ab", count: 32)
            try await archive.database.write { transaction in
                try transaction.execute("INSERT INTO link_key (id, secret) VALUES (1, ?)", [.text(open)])
            }
            let target = RecordingLinks.Target(
                portal: PortalID(rawValue: "a"), call: try #require(CallKey(rawValue: "c")),
                expiresAt: Moment(milliseconds: 1_000_000))
            func links() -> RecordingLinks {
                RecordingLinks(database: archive.database, secrets: secrets, publicURL: "http://c")
            }
            let token = String(try await links().address(target).dropFirst("http://c/recordings/".count))
            let stored = try await archive.database.read {
                try $0.queryOne("SELECT secret FROM link_key")?.text("secret")
            }
            #expect(stored.map(SecretSeal.isSealed) == true)
            #expect(try await links().target(token, at: Moment(milliseconds: 1)) == target)
            let other = RecordingLinks(
                database: archive.database, secrets: try StoredSecrets(key: Secret(String(repeating: "08", count: 32))),
                publicURL: "http://c")
            await #expect(throws: ControllerError.self) { try await other.address(target) }
        }
    }

    @Test("The controller fetches nothing that is not the platform's, whatever a report says")
    func foreignAddresses() async throws {
        try await World.run { world async throws in
            for (number, address) in [
                "http://169.254.169.254/latest", "\(world.base)/admin/calls", "file:///etc/passwd",
                "https://storage.example.com.evil.test/a.mp3", "http://storage.example.com/a.mp3",
                "https://user@storage.example.com/a.mp3", "\(world.platformBase).evil.test/record/a.mp3",
            ].enumerated() {
                try await report(world, "call-\(number)", address)
                let answer = try await world.command("GetRecordingLink", ["CALL_ID": .text("call-\(number)")])
                #expect(answer.code == "CALL_NOT_FOUND", "\(address)")
            }
            try await report(world, "good", "https://eu-1.Storage.example.com/a.mp3?record_id=7")
            #expect(try await world.command("GetRecordingLink", ["CALL_ID": "good"]).status == 200)
        }
    }

    @Test("A recording that has gone, or a platform that is away, is told apart")
    func gone() async throws {
        try await World.run { world async throws in
            try await report(world, "a", "\(world.platformBase)/record/gone.mp3")
            let (response, text) = try await get(try await link(world, "a"))
            #expect(response.status == .notFound && text.contains("CALL_NOT_FOUND"))
        }
    }

    @Test("The operator counts a portal's calls, and sees no number of them")
    func operatorTotals() async throws {
        try await World.run { world async throws in
            _ = try await world.history()
            let query = "?portal=demo&by=line&from=2020-01-01&to=2100-01-01"
            let answer = try await world.admin("/admin/totals" + query)
            #expect(answer.json?["totals"]?.elements.first?["calls"] == 1)
            #expect(answer.json?["totals"]?.elements.first?["talk_seconds"] == 34)
            #expect(answer.json?["next"] == .null)
            #expect(try await world.admin("/admin/totals" + query + "&after=zzz").json?["totals"] == [])
            let long = String(repeating: "z", count: 256)
            #expect(try await world.admin("/admin/totals" + query + "&after=" + long).code == "WRONG_REQUEST")
            #expect(!answer.text.contains(World.caller))
            #expect(try await world.admin("/admin/totals" + query, token: "x").status == 403)
            for wrong in ["", "?portal=demo", "?portal=demo&by=year&from=2020-01-01&to=2020-01-01"] {
                #expect(try await world.admin("/admin/totals" + wrong).code == "WRONG_REQUEST")
            }
            let nobody = try await world.admin("/admin/totals?portal=nobody&by=day&from=2020-01-01&to=2020-01-01")
            #expect(nobody.status == 404 && nobody.code == "ACCOUNT_NOT_FOUND")
        }
    }
}
