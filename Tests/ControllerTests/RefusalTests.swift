import RequestSigning
import Synchronization
import Testing

@testable import Controller

/// Endpoints and commands are the controller's own list: a new one is in these tables before anybody thinks of it.
@Suite struct RefusalTests {
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

    static let refusal = #"{"error":{"code":"REFUSED","msg":"the request was refused"}}"#

    @Test("Whatever is wrong with a signature, every command says the same")
    func signatures() async throws {
        let doors = try await EndpointTable.read().doors.filter { $0.direction != nil }
        #expect(doors.count > 20)
        try await World.run { world async throws in
            for (index, door) in doors.enumerated() {
                let direction = try #require(door.direction)
                for mistake in Self.mistakes {
                    var signing = World.Signing(direction: direction)
                    mistake.bend(&signing)
                    let answer = try await world.send(door.path, door.body, signing)
                    #expect(answer == .init(status: 403, text: Self.refusal), "\(door.name): \(mistake.name)")
                }
                var signing = World.Signing(direction: direction)
                signing.nonce = "replayed-nonce-\(index)"
                #expect(try await world.send(door.path, door.body, signing).status != 403, "\(door.name)")
                let replay = try await world.send(door.path, door.body, signing)
                #expect(replay == .init(status: 403, text: Self.refusal), "\(door.name)")
            }
            #expect(world.platform.count("AddAccount") <= 1)
        }
    }

    @Test("Every endpoint lets in whom it is for, and nobody else")
    func callers() async throws {
        let doors = try await EndpointTable.read().doors
        try await World.run { world async throws in
            let tokens = try await EndpointTable.staff(world)
            for door in doors {
                for caller in EndpointTable.Caller.allCases {
                    let answer = try await door.knock(world, as: caller, tokens)
                    let isAdmitted = door.admits(caller)
                    #expect(
                        (answer.status != 403) == isAdmitted, "\(door.name) for \(caller): \(answer.status)")
                    if !isAdmitted { #expect(answer.text == door.refusal(of: caller), "\(door.name) for \(caller)") }
                }
            }
        }
    }

    @Test("No endpoint and no command comes twice")
    func names() async throws {
        let table = try await EndpointTable.read()
        #expect(Set(table.doors.map(\.name)).count == table.doors.count)
        #expect(Set(table.commands).count == table.commands.count)
    }

    @Test("A refused request does nothing")
    func nothingHappens() async throws {
        try await World.run { world async throws in
            for mistake in Self.mistakes {
                var signing = World.Signing(direction: .portalToController)
                mistake.bend(&signing)
                _ = try await world.send("/portal/GetUser", #"{"USER_ID":67}"#, signing)
            }
            #expect(world.platform.state.withLock { $0.wishes.isEmpty })
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
}
