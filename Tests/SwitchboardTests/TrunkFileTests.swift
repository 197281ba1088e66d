import CallControl
import Foundation
import PhoneNumbers
import SDP
import SIP
import Testing
import VoiceEngine
import VoicePlatform

@testable import Switchboard

@Suite struct TrunkFileTests {
    private static let whole = """
        trunks:
          - name: carrier
            servers:
              - {host: sip1.carrier.example, transport: tls, priority: 1, weight: 3}
              - {host: 192.0.2.7, port: 5080, transport: TCP, priority: 2}
              - {host: "2001:db8::7"}
            networks: [192.0.2.0/24]
            domain: carrier.example
            user: "74012000000"
            password: {environment: CARRIER_PASSWORD}
            register: {seconds: 600}
            login: {user: carrier-in, password: {environment: CARRIER_LOGIN}}
            number: "74012000000"
            codecs: [PCMA]
            srtp: off
            keys: any
            callerid: {allowed: ["7401200*"], default: "74012000000", in: asserted}
            numbers: {prefixes: ["7", "380"], format: national, country: RU, home: "8", abroad: "810", before: "9"}
            health: 0
            silence: 3
            attempt: 2
            domains: [PBX.carrier.example]
            applications: [.acme.localhost]
          - name: office
            networks: [198.51.100.7]
        """

    private static let environment = ["CARRIER_PASSWORD": "one", "CARRIER_LOGIN": "two"]

    private static func parse(_ text: String) throws(TrunkFileError) -> TrunkFile {
        try TrunkFile(text, file: "trunks.yaml", environment: environment)
    }

    @Test func everythingThatIsSaidIsTaken() throws {
        let file = try Self.parse(Self.whole)
        let trunk = try #require(file.trunks.first)
        #expect(file.trunks.map(\.name.rawValue) == ["carrier", "office"])
        #expect(
            trunk.servers == [
                TrunkServer(
                    hop: SIPNextHop(host: "sip1.carrier.example", transport: .tls), priority: 1, weight: 3),
                TrunkServer(hop: SIPNextHop(host: "192.0.2.7", port: 5080, transport: .tcp), priority: 2),
                TrunkServer(hop: SIPNextHop(host: "2001:db8::7", transport: .udp)),
            ])
        #expect(trunk.credentials == SIPCredentials(username: "74012000000", password: "one"))
        #expect(trunk.registration == TrunkRegistration(user: "74012000000", expiry: .seconds(600)))
        #expect(trunk.login == SIPCredentials(username: "carrier-in", password: "two"))
        #expect(trunk.domain == "carrier.example" && trunk.number == "74012000000")
        #expect(trunk.sound == TrunkSound(codecs: [.pcma], srtp: .off, keyExchange: .any))
        #expect(trunk.health.interval == nil && trunk.health.patience == .seconds(3))
        #expect(trunk.attemptLimit == .seconds(2))
        #expect(trunk.domains == ["pbx.carrier.example"] && trunk.users == TrunkUsers(domains: [".acme.localhost"]))
        let rule = CallerIDRule(allowed: ["7401200*"], standard: "74012000000", place: .asserted)
        #expect(trunk.callerID == rule)
        let route = try #require(file.routes.first)
        #expect(file.routes.count == 1 && route.prefixes == ["7", "380"] && route.callerID == rule)
        let number = try #require(PhoneNumber(digits: "74954451120"))
        #expect(route.format.write(number) == "984954451120" && route.users == trunk.users)
        #expect(file.trunks.last?.servers == [] && file.trunks.last?.health == ServerHealth.Settings())
    }

    @Test func aTrunkThatRegistersNeedsNoServers() throws {
        let file = try Self.parse(
            """
            trunks:
              - name: branch
                login: {user: branch, password: {environment: CARRIER_LOGIN}}
                numbers: {prefixes: ["7"]}
                domains: [branch.example]
            """)
        #expect(file.trunks.first?.login?.username == "branch" && file.trunks.first?.servers == [])
        #expect(file.routes.map(\.trunk.rawValue) == ["branch"])
    }

    @Test func aFileForASecretIsReadToTheEndOfItsFirstLine() throws {
        let path = NSTemporaryDirectory() + "switchboard-secret-\(UUID().uuidString)"
        try "hush \r\nmore\n".write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = try Self.parse(
            "trunks: [{name: a, servers: [{host: a.example}], user: u, password: {file: '\(path)'}}]")
        #expect(file.trunks.first?.credentials?.password == "hush ")
    }

    @Test(
        arguments: [
            ("", "empty"), ("trunks: [", "no YAML"), ("trunk: []", "trunk is not known; known are trunks"),
            ("trunks: x", "trunks is 'x'; expected a list of sections"),
            ("trunks: [{}]", "trunks[0].name is missing"),
            ("trunks: [{name: a}]", "trunks[0] has neither servers nor networks nor a login"),
            ("trunks: [{name: 'a b', networks: [10.0.0.1]}]", "trunks[0].name is 'a b'; expected letters"),
            ("trunks:\n- name: a\n  nets: []", "line 3: trunks[0].nets is not known"),
            ("trunks: [{name: a, networks: [10.0.0.0/99]}]", "has '10.0.0.0/99'; expected a network"),
            ("trunks: [{name: a, networks: [10.0.0.1]}, {name: a, networks: [10.0.0.2]}]", "no other trunk has"),
            (
                "trunks:\n- name: a\n  servers:\n  - host: a\n    port: 70000",
                "line 5: trunks[0].servers[0].port is '70000'"
            ),
            ("trunks: [{name: a, servers: [{host: 'a:5060'}]}]", "without port and brackets"),
            ("trunks: [{name: a, servers: [{host: a, transport: ws}]}]", "expected one of udp, tcp, tls"),
            ("trunks: [{name: a, servers: [{port: 5060}]}]", "servers[0].host is missing"),
            ("trunks: [{name: a, servers: [{host: a}], user: u}]", "trunks[0].password is missing"),
            ("trunks: [{name: a, servers: [{host: a}], password: {environment: CARRIER_LOGIN}}]", "user is missing"),
            ("trunks: [{name: a, servers: [{host: a}], user: u, password: secret}]", "password is no section of names"),
            ("trunks: [{name: a, servers: [{host: a}], user: u, password: {}}]", "either environment or file"),
            (
                "trunks: [{name: a, servers: [{host: a}], user: u, password: {environment: UNSET}}]",
                "names UNSET, which is not set"
            ),
            (
                "trunks: [{name: a, servers: [{host: a}], user: u, password: {file: /none/such}}]",
                "'/none/such', which cannot be read"
            ),
            ("trunks: [{name: a, servers: [{host: a}], register: {}}]", "trunks[0].register.user is missing"),
            ("trunks: [{name: a, networks: [10.0.0.1], register: {user: u}}]", "register needs servers"),
            ("trunks: [{name: a, servers: [{host: a}], login: {}}]", "login.user is missing"),
            ("trunks: [{name: a, networks: [10.0.0.1], numbers: {}}]", "numbers needs servers, or a login"),
            ("trunks: [{name: a, networks: [10.0.0.1], domains: [a.example]}]", "domains needs servers, or a login"),
            ("trunks: [{name: a, servers: [{host: a}], codecs: [GSM]}]", "has 'GSM'; expected each once of"),
            ("trunks: [{name: a, servers: [{host: a}], srtp: maybe}]", "expected one of off, optional, required"),
            ("trunks: [{name: a, servers: [{host: a}], callerid: {allowed: ['7']}}]", "callerid.default is missing"),
            ("trunks: [{name: a, servers: [{host: a}], silence: 0}]", "expected a whole number from 1 to 32"),
            ("trunks: [{name: a, servers: [{host: a}], health: -1}]", "expected a whole number from 0 to 3600"),
            ("trunks: [{name: a, servers: [{host: a}], numbers: {prefixes: ['+7']}}]", "must hold digits"),
            ("trunks: [{name: a, servers: [{host: a}], numbers: {format: national}}]", "numbers.country is missing"),
            ("trunks: [{name: a, servers: [{host: a}], numbers: {home: '8'}}]", "home is for the format national"),
        ])
    func whatIsWrongIsNamedWithItsPlace(text: String, says: String) {
        let error = #expect(throws: TrunkFileError.self) { try Self.parse(text) }
        #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("secret") != true, "a secret must not be repeated")
    }

    @Test func bothListsMakeOnePlan() async throws {
        let path = NSTemporaryDirectory() + "switchboard-trunks-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Self.whole.write(toFile: path, atomically: true, encoding: .utf8)
        let base = try await ConfigurationLoader(file: nil, environment: [:], arguments: []).load()
            .replacing("voice.trunkfile", .text(path))
        let settings = base.replacing("voice.trunks", .list(["pbx 10.0.0.0/8", "pbx 192.168.0.0/16"]))
        let both = try settings.trunks(environment: Self.environment)
        #expect(both.trunks.map(\.name.rawValue) == ["pbx", "carrier", "office"])
        #expect(both.trunks.first?.networks.count == 2 && both.dialPlan.routes.count == 1)
        let checked = Doctor(settings: settings).trunks(environment: Self.environment)
        #expect(checked.verdict == .good && checked.finding == "3 with 3 servers, 1 for numbers")
        #expect(Doctor(settings: settings).trunks(environment: [:]).verdict == .bad)
        let twice = base.replacing("voice.trunks", .list(["office 10.0.0.0/8"]))
        #expect(throws: TrunkFileError.self) { try twice.trunks(environment: Self.environment) }
        #expect(throws: TrunkFileError.self) { try settings.trunks(environment: [:]) }
        let missing = base.replacing("voice.trunkfile", .text("/none/such.yaml"))
        #expect(throws: TrunkFileError.self) { try missing.trunks(environment: [:]) }
    }
}
