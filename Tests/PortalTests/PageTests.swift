import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import Portal

@Suite struct PageTests {
    @Test func thePageAsksForALoginAndThenShowsTheCompany() async throws {
        try await PortalFixture.run { portal in
            let before = try await portal.send(.get, "/")
            #expect(before.status == 200)
            #expect(before.text.contains(#"name="password""#))
            #expect(!before.text.contains("Demo"))
            let wrong = try await portal.send(.post, "/login", body: "login=ivan&password=%3Cb%3E")
            #expect(wrong.status == 401)
            let history = CallNewsTests.history("67", caller: "<script>alert(1)</script>")
            _ = try await portal.signed("/telephony/AddCallHistory", history)
            let token = try await portal.logIn()
            let page = try await portal.send(.get, "/", headers: [("Cookie", "session=\(token)")])
            #expect(page.text.contains("<h1>Demo &lt;Ltd&gt;</h1>"))
            #expect(page.text.contains("8 (800) 250-18-60"))
            #expect(page.text.contains("Ivan, Olga"))
            #expect(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
            #expect(!page.text.contains("<script>"))
            #expect(page.header("Content-Security-Policy").first?.hasPrefix("default-src 'none'") == true)
        }
    }

    @Test func aCallsRecordingIsALinkAwayFromThePage() async throws {
        try await PortalFixture.run { portal in
            _ = try await portal.signed("/telephony/AddCallHistory", CallNewsTests.history("67"))
            portal.controller.answer("GetRecordingLink", #"{"url":"http://c.example/recordings/x","expires_at":1}"#)
            let cookie = [("Cookie", "session=\(try await portal.logIn())")]
            let page = try await portal.send(.get, "/", headers: cookie).text
            let path = try #require(page.firstMatch(of: /href="(\/calls\/[^"]+\/recording)"/)?.output.1)
            #expect(try await portal.send(.get, String(path)).status == 401)
            let client = HTTPClient(configuration: .init(redirectConfiguration: .disallow))
            var request = HTTPClientRequest(url: portal.base + path)
            request.headers = HTTPHeaders(cookie)
            let answer = try await client.execute(request, timeout: .seconds(180))
            try await client.shutdown()
            #expect(answer.status == .seeOther)
            #expect(answer.headers["Location"] == ["http://c.example/recordings/x"])
        }
    }

    @Test func theLoginFormSetsTheCookieAndLeadsToThePage() async throws {
        try await PortalFixture.run { portal in
            var request = HTTPClientRequest(url: portal.base + "/login")
            request.method = .POST
            request.body = .bytes(ByteBuffer(string: "login=ivan&password=secret-67"))
            // The shared client would follow the redirection by itself.
            let client = HTTPClient(configuration: .init(redirectConfiguration: .disallow))
            let answer = try await client.execute(request, timeout: .seconds(180))
            try await client.shutdown()
            #expect(answer.status == .seeOther)
            #expect(answer.headers["Location"] == ["/"])
            let cookie = try #require(answer.headers["Set-Cookie"].first?.split(separator: ";").first)
            let page = try await portal.send(.get, "/", headers: [("Cookie", String(cookie))])
            #expect(page.text.contains("Logged in as Ivan."))
        }
    }

    @Test func soundsComeWithTheirTypeAndNothingElseComes() async throws {
        try await PortalFixture.run { portal in
            try Data("ID3-music".utf8).write(to: URL(filePath: portal.directory + "/sounds/MELODY.mp3"))
            try Data("secret".utf8).write(to: URL(filePath: portal.directory + "/secret.mp3"))
            try Data("text".utf8).write(to: URL(filePath: portal.directory + "/sounds/notes.txt"))
            let sound = try await portal.send(.get, "/sounds/MELODY.mp3")
            #expect(sound.text == "ID3-music")
            #expect(sound.header("Content-Type") == ["audio/mpeg"])
            for path in [
                "/sounds/none.mp3", "/sounds/notes.txt", "/sounds/../secret.mp3", "/sounds/..%2Fsecret.mp3",
                "/sounds/%2e%2e%2fsecret.mp3", "/sounds/.mp3", "/sounds/a%00.mp3", "/sounds/",
                "/sounds/..%5Csecret.mp3", "/portal.sqlite", "/sounds/..%2Fportal.sqlite",
            ] {
                let answer = try await portal.send(.get, path)
                #expect(answer.status == 404, "\(path)")
                #expect(!answer.text.contains("secret"))
            }
        }
    }

    @Test func healthTellsThatTheDatabaseAnswers() async throws {
        try await PortalFixture.run { portal in
            let answer = try await portal.send(.get, "/health")
            #expect(answer.text == #"{"status":"ok"}"#)
            let ready = try await portal.send(.get, "/ready")
            #expect(ready.status == 200)
            #expect(
                ready.text == #"{"status":"ready","parts":{"database":true,"schema":true,"running":true}}"#)
            #expect(try await portal.send(.get, "/nothing").json["error"]?["code"] == "NOT_FOUND")
        }
    }
}

@Suite struct EventHubTests {
    static let ivan = EmployeeID(rawValue: 67)

    @Test func everyOpenBrowserOfTheEmployeeGetsTheEventAndNobodyElse() async {
        let hub = EventHub()
        let streams = [hub.subscribe(Self.ivan), hub.subscribe(Self.ivan), hub.subscribe(EmployeeID(rawValue: 68))]
        let event = PortalEvent(name: .invite, data: ["callId": "1"])
        hub.send(event, to: Self.ivan)
        hub.close()
        var received: [[EventHub.Item]] = []
        for stream in streams {
            var items: [EventHub.Item] = []
            for await item in stream { items.append(item) }
            received.append(items)
        }
        #expect(received == [[.event(event)], [.event(event)], []])
    }

    @Test func aBrowserThatDoesNotReadLosesTheOldest() async {
        let hub = EventHub()
        let stream = hub.subscribe(Self.ivan)
        for index in 0..<(EventHub.mostWaiting + 5) {
            hub.send(PortalEvent(name: .invite, data: .integer(Int64(index))), to: Self.ivan)
        }
        hub.close()
        var first: EventHub.Item?
        for await item in stream where first == nil { first = item }
        #expect(first == .event(PortalEvent(name: .invite, data: 5)))
    }

    @Test func aClosedHubTakesNobody() async {
        let hub = EventHub()
        hub.close()
        for await _ in hub.subscribe(Self.ivan) { Issue.record("nothing was sent") }
        #expect(!hub.isOpen(Self.ivan))
    }

    @Test func anEventOnTheWireHasNoLineBreakInItsData() throws {
        let event = PortalEvent(name: .answerSelf, data: ["a": "x\n\ndata: y"])
        #expect(try event.serverSent() == "event: answer_self\ndata: {\"a\":\"x\\n\\ndata: y\"}\n\n")
    }
}
