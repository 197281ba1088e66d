import Billing
import Digests
import Foundation
import HTTPTypes
import Synchronization
import Testing

@testable import Controller

/// Everything that the controller can send to a voice platform is compared with what the platform's documentation has.
@Suite struct ManagementContractTests {
    typealias Credentials = PlatformAccess.Credentials
    typealias Work = @Sendable (ManagementClient, Credentials, Credentials) async throws -> Void

    private static let place = NumberPlace(country: "RU", category: "GEOGRAPHIC", region: "7", state: "KGD")

    /// A call of each function of the client; the first credentials are the master's, the second the child's.
    private static let calls: [(name: String, work: Work)] = [
        (
            "addAccount",
            { client, master, _ in
                _ = try await client.addAccount(
                    name: "p-demo-0123456789", email: "p@portals.invalid", password: PasswordGenerator.password(),
                    parent: master)
            }
        ),
        ("findAccount", { client, master, _ in _ = try await client.findAccount(name: "nobody", parent: master) }),
        ("accountInfo", { client, _, child in _ = try await client.accountInfo(child) }),
        (
            "addApplication",
            { client, _, child in _ = try await client.addApplication(name: PlatformNames.application, child) }
        ),
        (
            "findApplication",
            { client, _, child in _ = try await client.findApplication(name: PlatformNames.application, child) }
        ),
        (
            "addScenario",
            { client, _, child in
                _ = try await client.addScenario(name: PlatformNames.scenario, script: "//", application: 7, child)
            }
        ),
        (
            "findScenario",
            { client, _, child in _ = try await client.findScenario(name: PlatformNames.scenario, child) }
        ),
        ("setScenario", { client, _, child in try await client.setScenario(id: 7, script: "//", child) }),
        (
            "addRule",
            { client, _, child in
                _ = try await client.addRule(
                    name: PlatformNames.rule, pattern: PlatformNames.rulePattern, scenario: 7, application: 7, child)
            }
        ),
        (
            "findRule",
            { client, _, child in _ = try await client.findRule(name: PlatformNames.rule, application: 7, child) }
        ),
        ("bindScenario", { client, _, child in try await client.bindScenario(7, rule: 7, application: 7, child) }),
        (
            "addUser",
            { client, _, child in
                try await client.addUser(
                    name: PlatformNames.phone(7), password: PasswordGenerator.password(), application: 7, child)
            }
        ),
        (
            "setUser",
            { client, _, child in
                try await client.setUser(
                    PlatformNames.browser(7), password: PasswordGenerator.password(), isActive: false, application: 7,
                    child)
            }
        ),
        (
            "deleteUser",
            { client, _, child in
                await #expect(throws: ManagementError.self) {
                    try await client.deleteUser(PlatformNames.phone(8), application: 7, child)
                }
            }
        ),
        (
            "attachNumber",
            { client, _, child in
                try await client.attachNumber("74012000001", at: place, child)
            }
        ),
        (
            "numberCountries",
            { client, _, child in _ = try await client.numberCountries(locale: "RU", child) }
        ),
        (
            "numberStates",
            { client, _, child in
                _ = try await client.numberStates(country: "RU", category: "GEOGRAPHIC", child)
            }
        ),
        (
            "numberRegions",
            { client, _, child in
                _ = try await client.numberRegions(
                    country: "RU", category: "GEOGRAPHIC", state: "CA", locale: "EN", currency: .usd, child)
            }
        ),
        (
            "offers",
            { client, _, child in
                _ = try await client.offers(
                    at: place, .init(mask: "7401*", count: 20, offset: 40), currency: .rub, child)
            }
        ),
        ("setRenewal", { client, _, child in try await client.setRenewal(false, number: "74012000001", child) }),
        ("chargeNumber", { client, _, child in try await client.chargeNumber("74012000001", child) }),
        ("rentedNumbers", { client, _, child in _ = try await client.rentedNumbers(currency: .rub, child) }),
        (
            "rentedNumber",
            { client, _, child in _ = try await client.rentedNumber("74012000001", currency: .rub, child) }
        ),
        ("deactivateNumber", { client, _, child in try await client.deactivateNumber("74012000001", child) }),
        ("offer", { client, _, child in _ = try await client.offer(of: "74012000001", country: "RU", child) }),
        ("hasNumber", { client, _, child in _ = try await client.hasNumber("74012000001", child) }),
        (
            "bindNumber",
            { client, _, child in try await client.bindNumber("74012000001", application: 7, rule: 7, child) }
        ),
        (
            "setItem",
            { client, _, child in
                try await client.setItem(
                    "line:test", "{}", life: LineSettingsCache.itemLife, application: 7, child)
            }
        ),
        ("deleteItem", { client, _, child in try await client.deleteItem("line:test", application: 7, child) }),
        (
            "deleteRecord",
            { client, _, child in
                await #expect(throws: ManagementError.self) {
                    try await client.deleteRecord("http://127.0.0.1/record/gone.mp3", child)
                }
            }
        ),
        (
            "movements",
            { client, _, child in
                _ = try await client.movements(
                    since: Moment(milliseconds: 1_772_323_200_000), until: Moment(milliseconds: 1_772_409_599_000),
                    offset: 1000, currency: .rub, child)
            }
        ),
        (
            "statement",
            { client, _, child in
                _ = try await client.statement(
                    since: Moment(milliseconds: 1_772_323_200_000), until: Moment(milliseconds: 1_772_409_599_000),
                    offset: 7, count: 50, currency: .rub, child)
            }
        ),
        (
            "transfer",
            { client, master, _ in
                let account = try await client.addAccount(
                    name: "p-paid-0123456789", email: "paid@portals.invalid", password: PasswordGenerator.password(),
                    parent: master)
                try await client.transfer(
                    Money(millionths: 12_500_000, .rub), to: account.accountID,
                    reference: PaymentReference.fresh().rawValue,
                    knownSince: Moment(milliseconds: 1_772_323_200_000), master)
            }
        ),
        ("funds", { client, _, child in _ = try await client.funds(currency: .rub, child) }),
        ("numberFees", { client, _, child in _ = try await client.numberFees(currency: .rub, child) }),
        (
            "session",
            { client, _, child in
                _ = try await client.session(
                    of: try #require(CallKey(rawValue: World.callID)), since: Moment(milliseconds: 1_772_323_200_000),
                    now: Moment(milliseconds: 1_772_409_600_000), child)
            }
        ),
        (
            "sessionsBegun",
            { client, _, child in
                _ = try await client.sessionsBegun(
                    from: Moment(milliseconds: 1_772_355_600_000), to: Moment(milliseconds: 1_772_442_000_000), child)
            }
        ),
        (
            "childrensSessions",
            { client, master, _ in
                let (from, to) = (Moment(milliseconds: 1_772_355_600_000), Moment(milliseconds: 1_772_442_000_000))
                _ = try await client.childrensSessions(from: from, to: to, offset: 10_000, master)
                _ = try await client.childrensSessions([7, 8], from: from, to: to, master)
            }
        ),
    ]

    @Test(
        "Every function of the client sends what is documented, with either authentication", arguments: [false, true])
    func documented(withToken: Bool) async throws {
        let pair = try RSAKeyPair.generate()
        let platform = FakePlatform(serviceKey: pair.publicKey)
        let keys = withToken ? [Currency.rub: try #require(ServiceKey(json: ServiceKeyTests.file(pair)))] : [:]
        let master =
            withToken
            ? Credentials(accountID: 1, proof: .master(.rub))
            : Credentials(accountID: 1, apiKey: Secret(World.masterKey))
        let child =
            withToken
            ? Credentials(accountID: 1001, proof: .master(.rub))
            : Credentials(accountID: 1001, apiKey: Secret("key-1001"))
        try await platform.serve { client in
            let client = client(keys)
            for call in Self.calls {
                let before = platform.state.withLock { $0.commands.count }
                try await call.work(client, master, child)
                #expect(platform.state.withLock { $0.commands.count } > before, "\(call.name) sent nothing")
            }
        }
        let commands = platform.state.withLock { $0.commands }
        ManagementContract.expect(commands)
        #expect(commands.allSatisfy { ($0.head.headerFields[.authorization] != nil) == withToken })
        #expect(try Set(commands.map(\.method)) == Self.methodsInSource())
    }

    @Test("Every function of the client is called above")
    func covered() throws {
        let functions = try Self.source("Sources/Controller/Platform").flatMap { file, text in
            file.hasPrefix("ManagementClient")
                ? text.matches(of: /\n    func (\w+)\(/).map { String($0.output.1) } : []
        }
        #expect(Set(functions).subtracting(["send"]) == Set(Self.calls.map(\.name)))
    }

    @Test("Nobody but the client sends commands")
    func onlyClient() throws {
        for (file, text) in try Self.source("Sources/Controller") where !file.contains("Platform/Management") {
            #expect(!text.contains("/platform_api/") && !text.contains("transport.send"), "\(file)")
        }
    }

    @Test(
        "What is not documented is noticed",
        arguments: [
            ("GetEverything", [], "is no documented method"),
            ("AddApplication", [("application_name", "Upper")], "application_name is no application-name"),
            ("AddApplication", [], "application_name is missing"),
            ("AddApplication", [("application_name", "a-b"), ("colour", "red")], "colour is not documented"),
            ("SetUserInfo", [("user_name", "user67")], "exactly one of application_id, application_name"),
            ("DelScenario", [("scenario_id", "7"), ("scenario_name", "x")], "exactly one of scenario_id"),
            ("GetCallHistory", [("from_date", "2026-03-01"), ("to_date", "2026-03-01 00:00:00")], "no date-time"),
            ("SetKeyValueItem", [("key", "k"), ("value", ""), ("application_id", "7")], "value is no value"),
            ("GetAccountInfo", [("return_live_balance", "yes")], "no boolean"),
            ("GetAccountInfo", [("account_name", "second")], "one account and one proof"),
        ])
    func noticed(method: String, fields: [(String, String)], problem: String) throws {
        let contract = try ManagementContract.documented.get()
        var head = HTTPRequest(method: .post, scheme: "http", authority: "a", path: "/platform_api/\(method)")
        head.headerFields[.contentType] = "application/x-www-form-urlencoded"
        let own = [("account_id", "7"), ("api_key", "k")] + fields
        let command = FakePlatform.Command(
            method: method, fields: FormFields(own.map { .init(name: $0.0, value: $0.1) }), head: head)
        let problems = contract.problems(command)
        #expect(problems.count == 1 && problems[0].contains(problem), "\(problems)")
        var asked = command
        asked.head.method = .get
        asked.head.path = "/platform_api/\(method)?api_key=k"
        #expect(method == "GetEverything" || contract.problems(asked).count == 3)
    }

    /// The names of methods in the client's source.
    private static func methodsInSource() throws -> Set<String> {
        try Set(
            source("Sources/Controller/Platform").flatMap { file, text in
                file.hasPrefix("ManagementClient")
                    ? text.matches(of: /"([A-Z][a-z]+[A-Z]\w+)"/).map { String($0.output.1) } : []
            })
    }

    /// The files of a folder of the package, by their paths in it.
    private static func source(_ folder: String) throws -> [(file: String, text: String)] {
        let root = URL(filePath: #filePath).pathComponents.dropLast(4).joined(separator: "/").dropFirst()
        let path = "\(root)/\(folder)"
        let files = try #require(FileManager.default.enumerator(atPath: path)).compactMap { $0 as? String }
        try #require(!files.isEmpty)
        return try files.filter { $0.hasSuffix(".swift") }.map {
            ($0, try String(contentsOfFile: "\(path)/\($0)", encoding: .utf8))
        }
    }
}
