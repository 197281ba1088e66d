import CallControl
import Foundation
import PhoneNumbers
import SDP
import SIP
import VoiceEngine
import VoicePlatform
import Yams

/// The trunks of a YAML file, as docs/operations.md describes it.
struct TrunkFile {
    var trunks: [Trunk] = []
    /// The numbers that are called through them.
    var routes: [NumberRoute] = []

    /// - Parameter environment: where passwords may stand.
    init(path: String, environment: [String: String]) throws(TrunkFileError) {
        let text: String
        do {
            text = try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw TrunkFileError(file: path, problem: "it cannot be read; check its path and who may read it")
        }
        try self.init(text, file: path, environment: environment)
    }

    init(_ text: String, file: String, environment: [String: String]) throws(TrunkFileError) {
        let node: Node?
        do {
            node = try Yams.compose(yaml: text)
        } catch {
            throw TrunkFileError(file: file, problem: "it is no YAML: \(error)")
        }
        guard let node else { throw TrunkFileError(file: file, problem: "it is empty; expected a list named trunks") }
        let root = try YAMLSection(node, file: file, place: "", known: ["trunks"])
        let secrets = TrunkSecrets(environment: environment)
        for section in try root.sections("trunks", known: Self.known) {
            let trunk = try Self.trunk(section, secrets)
            guard !trunks.contains(where: { $0.name == trunk.name }) else {
                throw section.wrong("name", "a name that no other trunk has")
            }
            if let login = trunk.login?.username, trunks.contains(where: { $0.login?.username == login }) {
                throw section.problem("\(section.place).login.user is '\(login)', as another trunk's; expected its own")
            }
            trunks.append(trunk)
            if let route = try Self.route(section, trunk) { routes.append(route) }
        }
    }

    private static let known = [
        "name", "servers", "networks", "domain", "user", "password", "register", "login", "number", "codecs", "srtp",
        "keys", "callerid", "numbers", "health", "silence", "attempt", "domains", "applications",
    ]

    private static func trunk(_ section: YAMLSection, _ secrets: TrunkSecrets) throws(TrunkFileError) -> Trunk {
        let name = try section.required("name", "a name such as carrier")
        guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }) else {
            throw section.wrong("name", "letters, digits, hyphens, underscores and dots")
        }
        var trunk = Trunk(name: TrunkName(rawValue: name))
        trunk.servers = try servers(section)
        trunk.networks = try networks(section)
        trunk.domain = try section.text("domain")
        trunk.credentials = try secrets.credentials(section)
        trunk.registration = try registration(section, trunk)
        trunk.login = try login(section, secrets)
        trunk.number = try section.text("number")
        trunk.callerID = try callerID(section)
        trunk.sound = try sound(section)
        trunk.health = try health(section)
        trunk.attemptLimit = .seconds(try section.integer("attempt", in: 1...32) ?? 4)
        trunk.domains = Set(try section.texts("domains").map { $0.lowercased() })
        trunk.users = TrunkUsers(domains: try section.texts("applications"))
        try check(trunk, section)
        return trunk
    }

    /// What a trunk is good for must be clear, or it is a mistake.
    private static func check(_ trunk: Trunk, _ section: YAMLSection) throws(TrunkFileError) {
        guard !trunk.servers.isEmpty || !trunk.networks.isEmpty || trunk.login != nil else {
            throw section.problem(
                "\(section.place) has neither servers nor networks nor a login, so no call can use it")
        }
        guard trunk.servers.isEmpty else { return }
        for name in ["register", "health", "silence"] where section.has(name) {
            throw section.problem("\(section.place).\(name) needs servers, and there are none")
        }
        guard trunk.login == nil else { return }
        for name in ["numbers", "domains"] where section.has(name) {
            throw section.problem("\(section.place).\(name) needs servers, or a login to register with")
        }
    }

    private static func servers(_ section: YAMLSection) throws(TrunkFileError) -> [TrunkServer] {
        var servers: [TrunkServer] = []
        for item in try section.sections("servers", known: ["host", "port", "transport", "priority", "weight"]) {
            let host = try item.required("host", "a name or an address")
            let transport = try item.choice("transport", TrunkTransport.self) ?? .udp
            let port = try item.integer("port", in: 1...65535).map { UInt16($0) }
            guard !host.contains(where: { " /@:;[]".contains($0) }) || IPNetwork(host) != nil else {
                throw item.wrong("host", "a name or an address, without port and brackets")
            }
            servers.append(
                TrunkServer(
                    hop: SIPNextHop(host: host, port: port, transport: transport.kind),
                    priority: try item.integer("priority", in: 0...65535) ?? 10,
                    weight: try item.integer("weight", in: 0...65535) ?? 1))
        }
        return servers
    }

    private static func networks(_ section: YAMLSection) throws(TrunkFileError) -> [IPNetwork] {
        var networks: [IPNetwork] = []
        for text in try section.texts("networks") {
            guard let network = IPNetwork(text) else {
                throw section.problem(
                    "\(section.place).networks has '\(text)'; expected a network such as 192.0.2.0/24")
            }
            networks.append(network)
        }
        return networks
    }

    private static func registration(
        _ section: YAMLSection, _ trunk: Trunk
    ) throws(TrunkFileError) -> TrunkRegistration? {
        guard let register = try section.section("register", known: ["user", "seconds"]) else { return nil }
        guard let user = try register.text("user") ?? trunk.credentials?.username else {
            throw register.problem(
                "\(register.place).user is missing; expected the user part of the registered address")
        }
        return TrunkRegistration(user: user, expiry: .seconds(try register.integer("seconds", in: 60...86_400) ?? 3600))
    }

    private static func login(
        _ section: YAMLSection, _ secrets: TrunkSecrets
    ) throws(TrunkFileError) -> SIPCredentials? {
        guard let login = try section.section("login", known: ["user", "password"]) else { return nil }
        guard let credentials = try secrets.credentials(login) else {
            throw login.problem("\(login.place).user is missing; expected the name that the trunk logs in with")
        }
        return credentials
    }

    private static func callerID(_ section: YAMLSection) throws(TrunkFileError) -> CallerIDRule {
        guard let rule = try section.section("callerid", known: ["allowed", "default", "in"]) else {
            return CallerIDRule()
        }
        let allowed = try rule.texts("allowed")
        let standard = try rule.text("default")
        guard allowed.isEmpty || standard != nil else {
            throw rule.problem(
                "\(rule.place).default is missing; expected what is shown when a caller id is not allowed")
        }
        return CallerIDRule(
            allowed: allowed, standard: standard, place: try rule.choice("in", CallerIDRule.Place.self) ?? .from)
    }

    private static func sound(_ section: YAMLSection) throws(TrunkFileError) -> TrunkSound {
        var codecs: [AudioCodec] = []
        for text in try section.texts("codecs") {
            guard let codec = AudioCodec(rawValue: text.uppercased()), !codecs.contains(codec) else {
                let known = AudioCodec.allCases.map(\.rawValue).joined(separator: ", ")
                throw section.problem("\(section.place).codecs has '\(text)'; expected each once of \(known)")
            }
            codecs.append(codec)
        }
        return TrunkSound(
            codecs: codecs.isEmpty ? nil : codecs, srtp: try section.choice("srtp", SRTPPolicy.self) ?? .off,
            keyExchange: try section.choice("keys", KeyExchange.self))
    }

    private static func health(_ section: YAMLSection) throws(TrunkFileError) -> ServerHealth.Settings {
        let seconds = try section.integer("health", in: 0...3600) ?? 30
        var settings = ServerHealth.Settings(interval: seconds == 0 ? nil : .seconds(seconds))
        if let silence = try section.integer("silence", in: 1...32) { settings.patience = .seconds(silence) }
        return settings
    }

    private static func route(_ section: YAMLSection, _ trunk: Trunk) throws(TrunkFileError) -> NumberRoute? {
        let known = ["prefixes", "format", "country", "home", "abroad", "before"]
        guard let numbers = try section.section("numbers", known: known) else { return nil }
        let prefixes = try numbers.texts("prefixes")
        guard prefixes.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else {
            throw numbers.problem("\(numbers.place).prefixes must hold digits, country code first")
        }
        return NumberRoute(
            trunk: trunk.name, prefixes: prefixes, format: try format(numbers), callerID: trunk.callerID,
            users: trunk.users)
    }

    private static func format(_ numbers: YAMLSection) throws(TrunkFileError) -> TrunkNumberFormat {
        let word = try numbers.choice("format", TrunkNumberWord.self) ?? .plain
        var format: TrunkNumberFormat
        switch word {
        case .plain: format = .plainDigits
        case .plus: format = .leadingPlus
        case .kazakhstan: format = .kazakhstan
        case .national:
            guard let country = Region(code: try numbers.required("country", "a country such as RU")) else {
                throw numbers.wrong("country", "the two letters of a country, such as RU")
            }
            format = .national(
                country.countryCode, prefix: try numbers.text("home") ?? "",
                internationalPrefix: try numbers.text("abroad") ?? "00")
        }
        if word != .national {
            for name in ["country", "home", "abroad"] where numbers.has(name) {
                throw numbers.problem("\(numbers.place).\(name) is for the format national")
            }
        }
        format.dialPrefix = try numbers.text("before") ?? ""
        return format
    }
}

/// The transports that connections to trunks are opened for.
private enum TrunkTransport: String, CaseIterable {
    case udp, tcp, tls

    var kind: SIPTransportKind {
        switch self {
        case .udp: .udp
        case .tcp: .tcp
        case .tls: .tls
        }
    }
}

/// How a trunk wants numbers written.
private enum TrunkNumberWord: String, CaseIterable {
    case plain, plus, national, kazakhstan
}
