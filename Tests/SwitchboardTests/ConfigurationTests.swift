import Billing
import CallControl
import Controller
import Foundation
import NIOCore
import SDP
import SIP
import ScenarioRuntime
import Testing
import VoiceEngine
import VoicePlatform

@testable import Switchboard

/// Settings: where they come from, who wins, and what a mistake is told.
@Suite struct ConfigurationTests {
    private func load(
        yaml: String? = nil, environment: [String: String] = [:], arguments: [String] = []
    ) async throws -> Settings {
        var path: String?
        if let yaml {
            let file = NSTemporaryDirectory() + "settings-" + UUID().uuidString + ".yaml"
            try yaml.write(toFile: file, atomically: true, encoding: .utf8)
            path = file
        }
        defer { if let path { try? FileManager.default.removeItem(atPath: path) } }
        return try await ConfigurationLoader(file: path, environment: environment, arguments: arguments).load()
    }

    @Test func everyKeyHasItsDefaultWhenNothingIsGiven() async throws {
        let settings = try await load()
        #expect(settings.integer("voice.sip.port") == 5060)
        #expect(settings.text("log.level") == "info")
        #expect(settings.boolean("insecure") == false)
        #expect(settings.list("voice.trunks") == [])
    }

    @Test func rolloutsAreJudgedAsUsualUntilTheOperatorSaysOtherwise() async throws {
        #expect(try await load().rolloutPolicy() == RolloutPolicy())
        let settings = try await load(arguments: [
            "--controller-rollout-margin", "25", "--controller-rollout-hours", "1",
        ])
        #expect(settings.rolloutPolicy().margin.rawValue == 25)
        #expect(settings.rolloutPolicy().trial == .seconds(3600))
        await #expect(throws: ConfigurationError.self) {
            try await load(arguments: ["--controller-rollout-margin", "1001"])
        }
    }

    @Test func flagsWinOverEnvironmentAndEnvironmentOverTheFile() async throws {
        let yaml = "voice:\n  sip:\n    port: 5071\nportal:\n  port: 9001\ncontroller:\n  port: 9002\n"
        let environment = ["SWITCHBOARD_VOICE_SIP_PORT": "5072", "SWITCHBOARD_PORTAL_PORT": "9003"]
        let settings = try await load(
            yaml: yaml, environment: environment, arguments: ["--voice-sip-port", "5073"])
        #expect(settings.integer("voice.sip.port") == 5073)
        #expect(settings.integer("portal.port") == 9003)
        #expect(settings.integer("controller.port") == 9002)
    }

    @Test func thePhonesPasswordInTheEnvironmentIsNoMistake() async throws {
        let settings = try await load(environment: ["SWITCHBOARD_PHONE_PASSWORD": "x"])
        #expect(settings.integer("voice.sip.port") == 5060)
    }

    @Test func listsComeFromEverySource() async throws {
        let file = try await load(yaml: "voice:\n  trunks:\n    - carrier 192.0.2.0/24\n    - pbx 198.51.100.7\n")
        #expect(file.list("voice.trunks") == ["carrier 192.0.2.0/24", "pbx 198.51.100.7"])
        #expect(try file.trunks(environment: [:]).trunks.map(\.name.rawValue) == ["carrier", "pbx"])
        let environment = try await load(environment: ["SWITCHBOARD_VOICE_TRUNKS": "carrier 192.0.2.0/24"])
        #expect(environment.list("voice.trunks") == ["carrier 192.0.2.0/24"])
    }

    @Test(arguments: [
        (["--voice-sip-prot", "1"], "There is no setting --voice-sip-prot", "--voice-sip-port"),
        (["--nonsense", "1"], "There is no setting --nonsense", "docs/operations.md"),
        (["--voice-sip-port", "70000"], "The setting voice.sip.port is 70000", "0 to 65535"),
        (["--voice-sip-port", "many"], "The setting voice.sip.port", "a whole number from 0 to 65535"),
        (["--log-level", "loud"], "The setting log.level is loud", "one of trace, debug"),
        (["--insecure", "perhaps"], "The setting insecure is perhaps", "true or false"),
        (["--insecure=perhaps"], "The setting insecure is perhaps", "true or false"),
        (["--voice-sip-port"], "The setting --voice-sip-port has no value", "a whole number from 0 to 65535"),
        (["--data-directory", "--json"], "The setting --data-directory has no value", "--data-directory=VALUE"),
        (["--domain", "a", "--domain", "b"], "The setting --domain is given twice", "give it once"),
        (["--domain", "a", "b"], "'b' is one argument too many", "--help"),
        (["-x"], "There is no setting -x", "--help"),
    ])
    func aWrongFlagIsNamedWithWhatWouldBeRight(arguments: [String], beginning: String, part: String) async throws {
        let error = await #expect(throws: ConfigurationError.self) { try await load(arguments: arguments) }
        #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
    }

    @Test func flagsTakeTheirValueInOneWordOrTwo() async throws {
        let settings = try await load(arguments: [
            "--voice-rtp-comfort", "-60", "--data-directory=-odd,name=1", "--insecure", "--voice-trunks",
            "a 192.0.2.1,b 192.0.2.2", "--voice-trunks=c 192.0.2.3",
        ])
        #expect(settings.integer("voice.rtp.comfort") == -60)
        #expect(settings.text("data.directory") == "-odd,name=1")
        #expect(settings.boolean("insecure"))
        #expect(settings.list("voice.trunks") == ["a 192.0.2.1", "b 192.0.2.2", "c 192.0.2.3"])
    }

    @Test func settingsGoToTheEndInOneWordEach() {
        #expect(
            SettingFlags.gathered(["show", "--domain", "x", "main", "--insecure", "--json", "--", "--domain", "y"])
                == ["show", "main", "--json", "--", "--domain", "y", "--domain=x", "--insecure"])
        #expect(SettingFlags.gathered(["--insecure", "false", "--domain"]) == ["--insecure=false", "--domain"])
    }

    @Test func aWrongVariableIsShownWithItsValue() async throws {
        let error = await #expect(throws: ConfigurationError.self) {
            try await load(environment: ["SWITCHBOARD_VOICE_SIP_PORT": "many"])
        }
        #expect(error?.description.hasPrefix("The setting voice.sip.port is many; expected") == true)
    }

    @Test func wrongNamesInFileAndEnvironmentAreErrors() async throws {
        let file = await #expect(throws: ConfigurationError.self) {
            try await load(yaml: "voice:\n  sipp:\n    port: 1\n")
        }
        #expect(file?.description.contains("voice.sipp.port") == true)
        let broken = await #expect(throws: ConfigurationError.self) { try await load(yaml: "voice: [") }
        #expect(broken?.description.contains("Expected a YAML file") == true)
        let variable = await #expect(throws: ConfigurationError.self) {
            try await load(environment: ["SWITCHBOARD_PORTAL_PROT": "1"])
        }
        #expect(variable?.description.contains("SWITCHBOARD_PORTAL_PORT") == true)
        let missing = await #expect(throws: ConfigurationError.self) {
            try await ConfigurationLoader(file: "/nonexistent.yaml", environment: [:], arguments: []).load()
        }
        #expect(missing?.description.contains("/nonexistent.yaml") == true)
    }

    @Test func phonesAreChallengedInMD5UnlessOtherwiseSet() async throws {
        #expect(try await load().digestAlgorithms() == [.md5])
        #expect(try await load(arguments: ["--voice-sip-digest", "both"]).digestAlgorithms() == [.sha256, .md5])
        #expect(try await load(arguments: ["--voice-sip-digest", "SHA-256"]).digestAlgorithms() == [.sha256])
    }

    @Test func codecsComeInTheOrderThatIsSetAndOthersAreRefused() async throws {
        #expect(try await load().codecs() == [.pcmu, .pcma, .g722])
        #expect(try await load().replacing("voice.rtp.codecs", .list(["g722", "PCMA"])).codecs() == [.g722, .pcma])
        for wrong in [["opus"], ["PCMA", "PCMA"], []] {
            let settings = try await load().replacing("voice.rtp.codecs", .list(wrong))
            #expect(throws: AssemblyError.self) { try settings.codecs() }
        }
    }

    @Test func sessionsAreKeptAtLeastAsLongAsTheirLogs() async throws {
        #expect(try await load().platformLimits().historySeconds == 400 * 86_400)
        #expect(try await load(arguments: ["--voice-history-days", "0"]).platformLimits().historySeconds == nil)
        #expect(
            try await load(arguments: ["--voice-history-days", "31"]).platformLimits().historySeconds == 31 * 86_400)
        let settings = try await load(arguments: ["--voice-history-days", "30"])
        let error = #expect(throws: AssemblyError.self) { try settings.platformLimits() }
        #expect(error?.description.contains("voice.history.days is 30, which is less than the 31") == true)
    }

    @Test func nameServersAreAddresses() async throws {
        #expect(try await load().lookup() == LookupSettings())
        let settings = try await load(arguments: ["--voice-dns-milliseconds", "500"])
            .replacing("voice.dns.servers", .list(["192.0.2.53", "[2001:db8::53]:5353"]))
        let expected = LookupSettings(servers: ["192.0.2.53", "[2001:db8::53]:5353"], limit: .milliseconds(500))
        #expect(try settings.lookup() == expected)
        let wrong = settings.replacing("voice.dns.servers", .list(["dns.example"]))
        #expect(throws: AssemblyError.self) { try wrong.lookup() }
    }

    @Test func thresholdsOfWarningsAreAmountsOfCurrencies() async throws {
        let key = "controller.warnings.thresholds"
        let standard = try await load().warningThresholds()
        for currency in Currency.allCases { #expect(standard[currency] == CommonThresholds.standard[currency]) }
        let settings = try await load().replacing(key, .list(["RUB 3000", "EUR 12.50"]))
        let own = try settings.warningThresholds()
        #expect(own[.rub].decimalText == "3000.00" && own[.eur].decimalText == "12.50")
        #expect(own[.uah] == CommonThresholds.standard[.uah])
        for wrong in ["RUB", "GBP 5", "RUB 0", "RUB -1", "RUB 1000000.01", "RUB much", "rub 5", "RUB 5 6", ""] {
            #expect(throws: AssemblyError.self, "\(wrong)") {
                try settings.replacing(key, .list([wrong])).warningThresholds()
            }
        }
        #expect(throws: AssemblyError.self) {
            try settings.replacing(key, .list(["RUB 1", "RUB 2"])).warningThresholds()
        }
    }

    @Test func googleSpeaksWithAKeyFromAFile() async throws {
        #expect(try await load().googleSpeech() == nil)
        let path = NSTemporaryDirectory() + "key-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let settings = try await load(
            arguments: [
                "--voice-speech-engine", "google", "--voice-speech-key", path, "--voice-speech-milliseconds", "700",
            ])
        #expect(throws: AssemblyError.self) { try settings.googleSpeech() }
        for (content, isKey) in [("AIzaSyExample-Key_0123456789\n", true), (#"{"type": "service_account"}"#, false)] {
            try content.write(toFile: path, atomically: true, encoding: .utf8)
            guard isKey else {
                #expect(throws: AssemblyError.self) { try settings.googleSpeech() }
                continue
            }
            let speech = try #require(try settings.googleSpeech())
            #expect(speech.apiKey == "AIzaSyExample-Key_0123456789")
            #expect(speech.endpoint.hasPrefix("https://texttospeech.googleapis.com/"))
            #expect(speech.timeout == .milliseconds(700))
        }
    }

    @Test func otherAddressesThanLoopbackNeedToBeAllowed() async throws {
        let open = try await load(arguments: ["--portal-address", "0.0.0.0"])
        #expect(throws: AssemblyError.self) { try open.checkAddresses(of: [.portal]) }
        try open.checkAddresses(of: [.voice])
        let allowed = try await load(arguments: ["--portal-address", "0.0.0.0", "--insecure", "true"])
        try allowed.checkAddresses(of: [.portal])
    }

    @Test(arguments: ["carrier", "carrier 300.0.0.1", "carrier 10.0.0.0/40", "a b c"])
    func aTrunkThatIsNoNetworkIsRefused(entry: String) async throws {
        let settings = try await load().replacing("voice.trunks", .list([entry]))
        let error = #expect(throws: AssemblyError.self) { try settings.trunks(environment: [:]) }
        #expect(error?.description.contains(entry) == true)
    }

    @Test func limitsAreForOneAccountOrForAll() async throws {
        let settings = try await load().replacing(
            "voice.limits.scripts", .list(["main milliseconds=500 megabytes=32", "* requests=100 entries=0"]))
        let limits = try settings.scriptLimits()
        #expect(limits.usual.runningRequests == 100 && limits.usual.storageItems == 0)
        #expect(limits.usual.callbackMilliseconds == nil && limits.usual.sessionBytes == nil)
        let own = try #require(limits.accounts["main"])
        #expect(own.callbackMilliseconds == 500 && own.sessionBytes == 32 << 20 && own.runningRequests == 100)
        #expect(try await load().scriptLimits() == ScriptLimits())
    }

    @Test(arguments: [
        "main", "* requests", "* requests=0", "* milliseconds=20000", "* megabytes=1", "* entries=-1", "* sessions=5",
        "* requests=1=2",
    ])
    func aLimitThatIsNoneIsRefused(entry: String) async throws {
        let settings = try await load().replacing("voice.limits.scripts", .list([entry]))
        let error = #expect(throws: AssemblyError.self) { try settings.scriptLimits() }
        #expect(error?.description.contains(entry) == true)
    }

    @Test func numbersOfOneRegionStandTogether() async throws {
        let settings = try await load().replacing(
            "voice.numbers",
            .list(["74012000000 RU GEOGRAPHIC Kaliningrad 1.50", "74012000001 RU GEOGRAPHIC Kaliningrad 1.50"]))
        let regions = try settings.numbers().regions
        #expect(regions.count == 1 && regions.first?.numbers.count == 2)
        let wrong = try await load().replacing("voice.numbers", .list(["74012000000 RU"]))
        #expect(throws: AssemblyError.self) { try wrong.numbers() }
    }
}
