import VoiceEngine

/// Every key that the product knows; anything else is an error.
enum ConfigurationCatalogue {
    private static let port = 0...65535

    static let keys: [ConfigurationKey] = [
        .init(
            name: "data.directory", kind: .text(default: "data"),
            explanation: "Where databases, recordings, session logs and sounds are kept."),
        .init(
            name: "data.storage.environment", kind: .text(default: ""),
            explanation: "Variable that holds the key of the databases' secrets; empty: the key lies in secrets.json."),
        .init(
            name: "domain", kind: .text(default: "localhost"),
            explanation: "Suffix of the SIP domains: application.account.domain."),
        .init(
            name: "insecure", kind: .boolean(default: false),
            explanation: "Allow other addresses than loopback without TLS."),
        .init(
            name: "log.level",
            kind: .choice(
                default: "info", allowed: ["trace", "debug", "info", "notice", "warning", "error", "critical"]),
            explanation: "Least severe level that is written."),
        .init(
            name: "log.format", kind: .choice(default: "text", allowed: ["text", "json"]),
            explanation: "How a log line is written to standard error."),

        .init(name: "portal.address", kind: .text(default: "127.0.0.1"), explanation: "Address of the portal."),
        .init(name: "portal.port", kind: .integer(default: 8080, allowed: port), explanation: "Port of the portal."),
        .init(
            name: "portal.url", kind: .text(default: ""),
            explanation: "Address of the portal as others reach it; empty: made from address and port."),
        .init(
            name: "portal.id", kind: .text(default: "main"),
            explanation: "Name of the portal at the controller."),
        .init(
            name: "portal.seed", kind: .text(default: ""),
            explanation: "JSON file with company, employees, lines and CRM cards, read when the portal is empty."),
        .init(
            name: "portal.currency",
            kind: .choice(default: "USD", allowed: ["RUB", "UAH", "USD", "EUR"]),
            explanation: "Currency of the portal's account."),
        .init(
            name: "portal.database", kind: .text(default: ""),
            explanation: "Database of the portal, a path or postgresql://…; empty: portal/portal.sqlite of the data "
                + "directory."),

        .init(name: "controller.address", kind: .text(default: "127.0.0.1"), explanation: "Address of the controller."),
        .init(
            name: "controller.port", kind: .integer(default: 8081, allowed: port),
            explanation: "Port of the controller."),
        .init(
            name: "controller.url", kind: .text(default: ""),
            explanation: "Address of the controller as others reach it; empty: made from address and port."),
        .init(
            name: "controller.database", kind: .text(default: ""),
            explanation:
                "Database of the controller, a path or postgresql://…; empty: controller/controller.sqlite of the "
                + "data directory."),
        .init(
            name: "controller.scenarios", kind: .text(default: ""),
            explanation: "Folder of the call scenarios; empty: those that came with the program."),
        .init(
            name: "controller.platform.keys", kind: .text(default: ""),
            explanation:
                "Folder with key files of the master accounts' service accounts, rub.json and its sisters, for "
                + "tokens instead of API keys; empty: API keys of secrets.json."),
        .init(
            name: "controller.recordings.hosts", kind: .text(default: ""),
            explanation:
                "Hosts, apart by blanks, where a voice platform elsewhere keeps recordings, with all below them; "
                + "empty: at voice.http.url only."),
        .init(
            name: "controller.crm.milliseconds", kind: .integer(default: 2500, allowed: 100...10000),
            explanation: "Time limit of one CRM search."),
        .init(
            name: "controller.reconciliation.seconds", kind: .integer(default: 30, allowed: 1...3600),
            explanation: "Pause between two looks for calls that ended without a report."),
        .init(
            name: "controller.rollout.margin", kind: .integer(default: 10, allowed: 0...1000),
            explanation:
                "How many of 1000 sessions more than with the version before may fail, or meet script errors, before a "
                + "version of the call scenario is taken back."),
        .init(
            name: "controller.rollout.slow", kind: .integer(default: 100, allowed: 0...1000),
            explanation: "How many of 1000 calls more than before may wait longer than nine of ten did."),
        .init(
            name: "controller.rollout.sessions", kind: .integer(default: 30, allowed: 1...1_000_000),
            explanation: "Sessions of a version below which nothing is judged by them."),
        .init(
            name: "controller.rollout.ceiling", kind: .integer(default: 300, allowed: 0...1000),
            explanation: "How many of 1000 sessions may fail where too little is known of the version before."),
        .init(
            name: "controller.rollout.proof", kind: .integer(default: 1000, allowed: 1...100_000_000),
            explanation: "Sessions from which a version that everybody has can be believed to be good."),
        .init(
            name: "controller.rollout.hours", kind: .integer(default: 72, allowed: 1...8760),
            explanation: "How long a version that everybody has is watched at least."),
        .init(
            name: "controller.licence.url", kind: .text(default: ""),
            explanation: "Licence server that is asked about portals; empty: those added by the operator only."),
        .init(
            name: "controller.licence.environment", kind: .text(default: ""),
            explanation: "Variable that holds the token for the licence server."),
        .init(
            name: "controller.licence.milliseconds", kind: .integer(default: 3000, allowed: 100...30000),
            explanation: "Time limit of one question to the licence server."),
        .init(
            name: "controller.licence.interval", kind: .integer(default: 24, allowed: 1...720),
            explanation: "Hours between two questions about a portal that uses telephony."),
        .init(
            name: "controller.licence.grace", kind: .integer(default: 168, allowed: 0...2160),
            explanation: "Hours that a portal goes on beyond the interval when the licence server is away."),
        .init(
            name: "controller.licence.calls", kind: .integer(default: 72, allowed: 0...2160),
            explanation: "Hours that calls go on when a portal's licence has ended."),
        .init(
            name: "controller.warnings.thresholds",
            kind: .list(default: ["RUB 300", "UAH 150", "USD 5", "EUR 5"]),
            explanation: "Balance below which a new account is warned, for each currency; currencies that are left out "
                + "keep these, and so do accounts that are known already."),
        .init(
            name: "controller.mail.server", kind: .text(default: ""),
            explanation: "Mail server that takes warnings of balances; empty: none, and portals cannot want mails."),
        .init(
            name: "controller.mail.port", kind: .integer(default: 587, allowed: 1...65535),
            explanation: "Port of the mail server; 465 speaks TLS from the beginning, others when the server offers it."
        ),
        .init(
            name: "controller.mail.from", kind: .text(default: ""),
            explanation: "Address that warnings come from."),
        .init(
            name: "controller.mail.login", kind: .text(default: ""),
            explanation: "Login at the mail server; empty: none."),
        .init(
            name: "controller.mail.environment", kind: .text(default: ""),
            explanation: "Variable that holds the password of the login at the mail server."),
        .init(
            name: "controller.webhooks.private", kind: .boolean(default: false),
            explanation: "Let portals' webhooks reach loopback and private networks."),

        .init(
            name: "voice.http.address", kind: .text(default: "127.0.0.1"),
            explanation: "Address of the management API and the session control."),
        .init(
            name: "voice.http.port", kind: .integer(default: 8082, allowed: port),
            explanation: "Port of the management API and the session control."),
        .init(
            name: "voice.http.url", kind: .text(default: ""),
            explanation: "Address of the management API as others reach it; empty: made from address and port."),
        .init(name: "voice.sip.address", kind: .text(default: "127.0.0.1"), explanation: "Address for SIP."),
        .init(
            name: "voice.sip.port", kind: .integer(default: 5060, allowed: port),
            explanation: "Port for SIP over UDP and TCP."),
        .init(
            name: "voice.sip.digest", kind: .choice(default: "MD5", allowed: ["MD5", "SHA-256", "both"]),
            explanation: "Algorithms of password challenges to phones; many phones give up at a challenge in SHA-256, "
                + "also beside one in MD5."),
        .init(
            name: "voice.sip.tls.port", kind: .integer(default: 5061, allowed: port),
            explanation: "Port for SIP over TLS; open when there is a certificate."),
        .init(
            name: "voice.sip.tls.certificate", kind: .text(default: ""),
            explanation: "PEM file of the certificate for SIP over TLS and those that lead to its authority; "
                + "empty: no TLS connections are taken."),
        .init(
            name: "voice.sip.tls.key", kind: .text(default: ""),
            explanation: "PEM file of the certificate's private key."),
        .init(
            name: "voice.sip.tls.authorities", kind: .text(default: ""),
            explanation: "PEM file of the authorities whose certificates are believed when SIP connections are "
                + "opened over TLS; empty: those of the system."),
        .init(
            name: "voice.dns.servers", kind: .list(default: []),
            explanation:
                "Name servers that are asked for SIP hosts, each an address, or `address:port`; none: those of "
                + "the system."),
        .init(
            name: "voice.dns.milliseconds", kind: .integer(default: 3000, allowed: 100...20000),
            explanation: "Time limit of one question to name servers."),
        .init(name: "voice.rtp.address", kind: .text(default: "127.0.0.1"), explanation: "Address for RTP."),
        .init(
            name: "voice.rtp.first", kind: .integer(default: 20000, allowed: 1024...65534),
            explanation: "First port for RTP."),
        .init(
            name: "voice.rtp.last", kind: .integer(default: 29999, allowed: 1025...65535),
            explanation: "Last port for RTP."),
        .init(
            name: "voice.rtp.comfort", kind: .integer(default: -65, allowed: -90...0),
            explanation: "Level in dBm0 of the noise that a caller hears while nothing else is sent to him; 0: none."),
        .init(
            name: "voice.rtp.srtp",
            kind: .choice(default: SRTPPolicy.optional.rawValue, allowed: SRTPPolicy.allCases.map(\.rawValue)),
            explanation: "Whether the sound of phones is encrypted; trunks say it for themselves."),
        .init(
            name: "voice.rtp.keys",
            kind: .choice(default: KeyExchange.tls.rawValue, allowed: KeyExchange.allCases.map(\.rawValue)),
            explanation: "Over which SIP transport the keys of encrypted sound may travel; who reads them hears the "
                + "call."),
        .init(
            name: "voice.rtp.codecs", kind: .list(default: ["PCMU", "PCMA", "G722"]),
            explanation: "Codecs that are offered and taken, in the order of preference: PCMU, PCMA, G722."),
        .init(
            name: "voice.speech.engine", kind: .choice(default: "espeak", allowed: ["espeak", "google"]),
            explanation: "Who speaks texts: espeak-ng on this machine, or Google Cloud Text-to-Speech."),
        .init(
            name: "voice.speech.key", kind: .text(default: ""),
            explanation: "File with the API key of Google Cloud Text-to-Speech."),
        .init(
            name: "voice.speech.url",
            kind: .text(default: "https://texttospeech.googleapis.com/v1/text:synthesize"),
            explanation: "Address of Google Cloud Text-to-Speech."),
        .init(
            name: "voice.speech.milliseconds", kind: .integer(default: 5000, allowed: 500...30000),
            explanation: "Time limit of Google Cloud Text-to-Speech; espeak-ng speaks afterwards."),
        .init(
            name: "voice.conference.endpoints", kind: .integer(default: 100, allowed: 2...1000),
            explanation: "Calls, players and recorders that a conference takes."),
        .init(
            name: "voice.trunks", kind: .list(default: []),
            explanation:
                "Peers whose calls need no password, each as `name network`, for example `carrier 192.0.2.0/24`."),
        .init(
            name: "voice.trunkfile", kind: .text(default: ""),
            explanation: "YAML file of the trunks that calls leave by, with servers, registrations and numbers; empty: "
                + "none."),
        .init(
            name: "voice.numbers", kind: .list(default: []),
            explanation: "Phone numbers for rent, each as `number country category region price`."),
        .init(
            name: "voice.registrations.price", kind: .text(default: "0"),
            explanation: "Monthly price of a SIP registration, in each account's own currency."),
        .init(
            name: "voice.rates", kind: .list(default: []),
            explanation: "What a dollar costs, each as `currency rate`, for example `EUR 0.92`."),
        .init(
            name: "voice.callbacks.private", kind: .boolean(default: false),
            explanation: "Let accounts' callbacks reach loopback and private networks."),
        .init(
            name: "voice.tariffs", kind: .text(default: ""),
            explanation: "File with the prices of calls; empty: calls between users and incoming calls cost nothing, "
                + "others have no price."),
        .init(
            name: "voice.warning", kind: .integer(default: 30, allowed: 0...300),
            explanation: "Seconds before the end of an account's money at which a call hears two beeps; 0: never."),
        .init(
            name: "voice.limits.calls", kind: .integer(default: 500, allowed: 1...100_000),
            explanation: "Sessions that one account may run at once, and outgoing calls that cost money."),
        .init(
            name: "voice.limits.rate", kind: .integer(default: 100, allowed: 1...100_000),
            explanation: "Sessions and outgoing calls that cost money that one account may begin in a second."),
        .init(
            name: "voice.limits.users", kind: .integer(default: 1000, allowed: 1...1_000_000),
            explanation: "Users that one account may have."),
        .init(
            name: "voice.limits.storage", kind: .integer(default: 0, allowed: 0...1_000_000_000),
            explanation: "MiB of recordings and session logs that one account may keep; 0: any number."),
        .init(
            name: "voice.logs.days", kind: .integer(default: 31, allowed: 1...3650),
            explanation: "Days for which session logs are kept; recordings are kept as long as their scenario says."),
        .init(
            name: "voice.logs.sip", kind: .integer(default: 256, allowed: 0...16384),
            explanation: "KiB of SIP messages in a session's log, without passwords and keys; 0: none."),
        .init(
            name: "voice.history.days", kind: .integer(default: 400, allowed: 0...3650),
            explanation: "Days for which sessions and their legs are kept, voice.logs.days or more; one with a "
                + "recording as long as that; 0: for ever."),
        .init(
            name: "voice.limits.spending", kind: .list(default: []),
            explanation: "What one account may spend on calls within an hour, each as `amount currency`, for example "
                + "`20 EUR`; a currency without an entry has no limit."),
        .init(
            name: "voice.limits.scripts", kind: .list(default: []),
            explanation:
                "What accounts' scripts may use, each as `account limit=number…`; account `*` is every other, limits are "
                + "`requests`, `milliseconds`, `megabytes` and `entries`."),
        .init(
            name: "voice.scripts", kind: .choice(default: "operator", allowed: ["operator", "account"]),
            explanation:
                "Who writes call scenarios: the operator alone (they are made ready before a call), or accounts "
                + "too (a text is only where its own calls run)."),
    ]

    static func key(_ name: String) -> ConfigurationKey? { keys.first { $0.name == name } }
}
