import Foundation
import Testing

@testable import Portal

@Suite struct PortalCopyTests {
    private static let credentials = #"""
        {"user_login":"user67","user_password":"secret-browser","user_enabled":true,"phone_login":"phone67",
         "phone_password":"secret-phone","phone_enabled":true,"domain":"d.example","sip_server":"127.0.0.1:5060"}
        """#

    /// Another installation of the same portal: another database and storage key.
    private static func box(_ portal: PortalFixture) async throws -> PortalConfiguration {
        let directory = portal.directory + "/box"
        try FileManager.default.createDirectory(atPath: directory + "/sounds", withIntermediateDirectories: true)
        var configuration = try await PortalFixture.configuration(
            directory, controllerPort: try await portal.controller.port())
        configuration.storageKey = String(repeating: "1f", count: 32)
        return configuration
    }

    private static func cloud(_ portal: PortalFixture) async throws -> PortalConfiguration {
        try await PortalFixture.configuration(portal.directory, controllerPort: try await portal.controller.port())
    }

    @Test func aCopyHoldsEverythingAndFillsAnEmptyPortalOnce() async throws {
        try await PortalFixture.run { portal in
            portal.controller.answer("GetUser", Self.credentials)
            let ivan = try await portal.logIn()
            #expect(try await portal.api(.get, "/api/phone/credentials", ivan).status == 200)
            _ = try await portal.signed("/telephony/AddCallHistory", CallNewsTests.history("67", caller: "79112233444"))
            let paths = ["/api/employees", "/api/lines", "/api/contacts", "/api/calls", "/api/blacklist"]
            var texts: [String] = []
            for path in paths { texts.append(try await portal.api(.get, path, ivan).text) }
            let before = texts
            let copy = try await PortalCopy.write(try await Self.cloud(portal))
            let text = String(decoding: copy, as: UTF8.self)
            #expect(
                text.contains("secret-phone") && !text.contains("secret-67") && !text.contains(PortalFixture.licenceKey)
            )

            let configuration = try await Self.box(portal)
            let rows = try await PortalCopy.read(copy, into: configuration)
            #expect(rows == text.split(separator: "\n").count - 2)
            await #expect(throws: InputError.self) { _ = try await PortalCopy.read(copy, into: configuration) }
            let asked = portal.controller.requests("GetUser").count
            let box = PortalFixture(
                controller: portal.controller, clock: portal.clock, directory: portal.directory + "/box", base: "")
            try await box.again(storageKey: configuration.storageKey) { box in
                let token = try await box.logIn()
                for (path, text) in zip(paths, before) {
                    let after = try await box.api(.get, path, token).text
                    #expect(Self.still(after) == Self.still(text), "\(path)")
                }
                let answer = try await box.api(.get, "/api/phone/credentials", token)
                #expect(answer.json["phone_password"] == "secret-phone")
                #expect(box.controller.requests("GetUser").count == asked)
                // Sounds of the lines are at another address now.
                _ = await box.controller.wait(for: "SettingsChanged", count: 2)
            }
        }
    }

    /// Without what logging in changes.
    private static func still(_ text: String) -> String {
        text.replacing(#/"(last_activity|online)":[^,}]*,?/#, with: "")
    }

    @Test func aCopyThatIsNotWholeOrAnotherPortalsFillsNothing() async throws {
        try await PortalFixture.run { portal in
            let text = String(decoding: try await PortalCopy.write(try await Self.cloud(portal)), as: UTF8.self)
            let lines = text.split(separator: "\n").map(String.init)
            let configuration = try await Self.box(portal)
            let wrong = [
                "", "{}", lines.dropLast().joined(separator: "\n"),
                (lines.prefix(2) + lines.suffix(1)).joined(separator: "\n"),
                text.replacing(#""portal":"demo""#, with: #""portal":"other""#),
                text.replacing(#""version":1"#, with: #""version":2"#),
                text.replacing(#""table":"employee""#, with: #""table":"licence_key""#),
                text.replacing(#""login":"#, with: #""login) --":"#),
                text.replacing(#""is_admin":1"#, with: #""is_admin":true"#),
            ]
            for copy in wrong {
                await #expect(throws: InputError.self, "\(copy.prefix(60))") {
                    _ = try await PortalCopy.read(Data(copy.utf8), into: configuration)
                }
            }
            #expect(try await PortalCopy.read(Data(text.utf8), into: configuration) > 3)
        }
        try await PortalFixture.run { portal in
            let configuration = try await Self.box(portal)
            await #expect(throws: InputError.self) { _ = try await PortalCopy.write(configuration) }
        }
    }
}
