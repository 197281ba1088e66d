import RequestSigning
import Synchronization
import Testing

@testable import Controller

@Suite struct RefusalTests {
    struct Endpoint: Sendable {
        var path: String
        var body: String
        var direction: RequestKey.Direction
    }

    static let endpoints =
        ([
            "CheckConnection", "GetAccountInfo", "GetUser", "SetUserPassword", "DisableUser", "EnableUser", "AddNumber",
            "SettingsChanged", "CallCommand", "GetCallHistory", "GetRecordingLink", "ExportCalls", "Unknown",
        ] + HistoryDesk.commands).map {
            Endpoint(path: "/portal/\($0)", body: #"{"USER_ID":67}"#, direction: .portalToController)
        }
        + [
            "IncomingGetConfig", "IncomingInvite", "GetNextInQueue", "StartCall", "HangupCall", "AddCallHistory",
            "Unknown",
        ].map {
            Endpoint(
                path: "/scenario", body: "COMMAND=\($0)&CALL_ID=a&ACCOUNT_SEARCH_ID=test",
                direction: .scenarioToController)
        }

    static let mistakes: [(name: String, bend: @Sendable (inout World.Signing) -> Void)] = [
        ("no headers", { $0.signature = "" }),
        ("a wrong signature", { $0.signature = String(repeating: "0", count: 64) }),
        ("no hexadecimal", { $0.signature = "‹›" }),
        ("a wrong key", { $0.licence = "another" }),
        ("another portal's key", { $0.licence = World.otherLicence }),
        ("another portal's name", { $0.portal = "other" }),
        ("an unknown portal", { $0.portal = "nobody" }),
        ("the key of the other way", { $0.direction = .controllerToPortal }),
        ("an old time", { $0.time -= 301 }),
        // Far beyond the window: on a busy machine the request arrives some seconds after it was made.
        ("a coming time", { $0.time += 600 }),
        ("a time beyond all", { $0.time = .max }),
        ("another body", { $0.signedBody = "{}" }),
        ("another path", { $0.signedPath = "/portal/Other" }),
        ("no nonce", { $0.nonce = "" }),
        ("an endless nonce", { $0.nonce = String(repeating: "n", count: 129) }),
    ]

    @Test("Whatever is wrong with a signature, every endpoint says the same", arguments: endpoints)
    func table(endpoint: Endpoint) async throws {
        try await World.run { world async throws in
            var answers: Set<String> = []
            for mistake in Self.mistakes {
                var signing = World.Signing(direction: endpoint.direction)
                mistake.bend(&signing)
                let answer = try await world.send(endpoint.path, endpoint.body, signing)
                #expect(answer.status == 403, "\(mistake.name)")
                answers.insert(answer.text)
            }
            var signing = World.Signing(direction: endpoint.direction)
            signing.nonce = "replayed-nonce"
            #expect(try await world.send(endpoint.path, endpoint.body, signing).status != 403)
            let replay = try await world.send(endpoint.path, endpoint.body, signing)
            #expect(replay.status == 403)
            answers.insert(replay.text)
            #expect(answers == [#"{"error":{"code":"REFUSED","msg":"the request was refused"}}"#])
            #expect(world.platform.count("AddAccount") <= 1)
        }
    }

    @Test("A refused request does nothing")
    func nothingHappens() async throws {
        try await World.run { world async throws in
            for mistake in Self.mistakes {
                var signing = World.Signing(direction: .portalToController)
                mistake.bend(&signing)
                _ = try await world.send("/portal/GetUser", #"{"USER_ID":67}"#, signing)
            }
            #expect(world.platform.state.withLock { $0.commands.isEmpty })
        }
    }

    @Test("A body beyond the limit is refused")
    func longBody() async throws {
        try await World.run { world async throws in
            let body = String(repeating: "x", count: RequestGate.longestBody + 1)
            let answer = try? await world.send("/portal/GetUser", body, .init(direction: .portalToController))
            #expect(answer == nil || answer?.status == 403)
        }
    }

    @Test(
        "The operator's endpoints need the token",
        arguments: [
            "/admin/calls", "/admin/calls/x", "/admin/route/explain?line=test", "/admin/totals", "/admin/portals",
            "/admin/portals/demo",
        ])
    func operatorToken(path: String) async throws {
        try await World.run { world async throws in
            for token in [nil, "", "wrong", World.token + "x"] {
                let answer = try await world.admin(path, token: token)
                #expect(answer.status == 403)
                #expect(answer.text == #"{"error":{"code":"REFUSED","msg":"the request was refused"}}"#)
            }
            #expect(try await world.admin(path).status != 403)
        }
    }
}
