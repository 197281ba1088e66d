import Billing
import Foundation
import HTTPTypes
import Hummingbird
import Testing

@testable import Controller

@Suite struct TextTests {
    @Test("JSON is written without blanks, in order, with the escapes that RFC 8259 demands")
    func writing() {
        let value: JSONValue = [
            "b": "x\"\\\n\u{1}é", "a": [1, true, nil, .real(0.5)], "c": [:],
        ]
        #expect(value.encoded == #"{"b":"x\"\\\n\u0001é","a":[1,true,null,0.5],"c":{}}"#)
    }

    static let texts: [(String, JSONValue)] = [
        ("null", .null), ("true", true), ("1", 1), ("-9007199254740993", .integer(-9_007_199_254_740_993)),
        ("1.5", .real(1.5)), (#""a""#, "a"), ("[]", .list([])),
        (#"{"a":{"b":[1,"1"]}}"#, ["a": ["b": .list([1, "1"])]]),
    ]

    @Test("JSON of every kind is read", arguments: texts)
    func reading(text: String, value: JSONValue) {
        #expect(JSONValue(Data(text.utf8)) == value)
    }

    @Test("What is not JSON is nothing", arguments: ["", "{", "{a:1}", "\u{0}", "[1,]x"])
    func notJSON(text: String) { #expect(JSONValue(Data(text.utf8)) == nil) }

    @Test("A form keeps its order and survives every character")
    func forms() throws {
        let form = FormFields([
            .init(name: "COMMAND", value: "A&B=C"), .init(name: "A", value: "é +%\n"), .init(name: "B", value: ""),
        ])
        #expect(form.encoded == "COMMAND=A%26B%3DC&A=%C3%A9%20%2B%25%0A&B=")
        #expect(FormFields(Array(form.encoded.utf8)) == form)
        #expect(FormFields(Array("a=1+2&a=3&b".utf8))?["a"] == "1 2")
    }

    @Test(
        "A broken form is refused",
        arguments: ["a=%", "a=%4", "a=%zz", "=1", "a=%ff", String(repeating: "a=1&", count: 201)])
    func brokenForms(text: String) { #expect(FormFields(Array(text.utf8)) == nil) }

    @Test("Passwords have every class, 20 characters, and no two are alike")
    func passwords() {
        let passwords = (0..<200).map { _ in PasswordGenerator.password().revealed }
        #expect(Set(passwords).count == 200)
        for password in passwords {
            #expect(password.count == 20)
            #expect(password.contains { $0.isUppercase } && password.contains { $0.isLowercase })
            #expect(password.contains { $0.isNumber } && password.contains { "-_.!".contains($0) })
        }
    }

    @Test("A secret shows in no description, dump or interpolation")
    func secrets() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(PlatformAccess.Credentials(accountID: 1, apiKey: secret), to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains("hunter2")) }
    }

    @Test(
        "Account names fit the platform's rules and tell portals apart",
        arguments: ["demo", "Портал", "9", "a-very-long-portal.example.com", ""])
    func accountNames(portal: String) {
        let name = PlatformNames.account(PortalID(rawValue: portal))
        #expect(name.utf8.count == 20)
        #expect(name.wholeMatch(of: /[a-z][a-z0-9-]+/) != nil)
        #expect(name != PlatformNames.account(PortalID(rawValue: portal + "x")))
    }

    @Test("Portals whose identifiers begin alike and whose digests do, too, get different accounts")
    func similarAccountNames() {
        // The first forty bits of the two SHA-256 digests are the same.
        let names = ["portal1399576", "portal1871637"].map { PlatformNames.account(PortalID(rawValue: $0)) }
        #expect(names[0] != names[1])
        #expect(names.allSatisfy { $0.hasPrefix("p-port-") && $0.utf8.count == 20 })
    }

    @Test("Whoever asks too much is told when to come again, and nobody else")
    func tooManyRequests() throws {
        var budgets = RequestBudgets<String>(limit: 2)
        try budgets.spend("busy", at: 1190)
        try budgets.spend("busy", at: 1191)
        let error = #expect(throws: ControllerError.self) { try budgets.spend("busy", at: 1192) }
        let response = Answers.error(try #require(error))
        #expect(response.status == .tooManyRequests)
        #expect(response.headers[.retryAfter] == "8")
        try budgets.spend("calm", at: 1192)
        try budgets.spend("busy", at: 1200)
    }

    @Test("A session's costs are summed without rounding")
    func costs() {
        let session = PlatformSession([
            "calls": [["cost": .real(0.1)], ["cost": .real(0.2)], ["cost": "1.000001"]], "duration": 1,
        ])
        #expect(session.cost(.rub).millionths == 1_300_001)
        #expect(session.hasEnded)
        #expect(!PlatformSession(["calls": []]).hasEnded)
    }

    @Test("A directory's scenario files are joined by name")
    func directory() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "scenario-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in [("20-b.js", "two"), ("10-a.js", "one"), ("notes.md", "no")] {
            try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
        }
        let source = ScenarioSource(path: folder, version: 1)
        #expect(try ScenarioText.load(source, controllerURL: "").source == "one\ntwo")
    }

    @Test(
        "A scenario that cannot be read, is empty or too long stops the start with a remedy",
        arguments: [nil, 0, 131_072])
    func unreadable(size: Int?) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).js").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        if let size { try Data(repeating: 32, count: size).write(to: URL(filePath: path)) }
        #expect { try ScenarioText.load(ScenarioSource(path: path, version: 1), controllerURL: "") } throws: {
            ($0 as? ControllerError)?.code == .scenarioUnreadable
        }
    }
}
