import Billing
import Foundation
import NIOCore
import SDP
import SIP
import Storage
import VoiceEngine
import VoicePlatform

/// Settings as the values that the systems want.
extension Settings {
    /// The address under which others reach a system: what is set, or what is listened on.
    func url(_ system: String) -> String {
        let given = text("\(system).url")
        if !given.isEmpty { return given.hasSuffix("/") ? String(given.dropLast()) : given }
        return "http://\(text("\(system).address")):\(integer("\(system).port"))"
    }

    /// Where a system's database is; an empty setting means the usual file.
    func database(_ key: String, usual path: String) throws(StorageError) -> DatabaseLocation {
        let given = text(key)
        return given.isEmpty ? .sqlite(path: path) : try DatabaseLocation(parsing: given)
    }

    /// Throws when a system would be open to the network without TLS and nobody has allowed that.
    func checkAddresses(of roles: Set<Role>) throws {
        guard !boolean("insecure") else { return }
        var keys: [String] = []
        if roles.contains(.portal) { keys.append("portal.address") }
        if roles.contains(.controller) { keys.append("controller.address") }
        if roles.contains(.voice) { keys += ["voice.http.address", "voice.sip.address", "voice.rtp.address"] }
        let loopback = [IPNetwork("127.0.0.0/8"), IPNetwork("::1")].compactMap { $0 }
        for key in keys where !loopback.contains(where: { $0.contains(text(key)) }) {
            throw AssemblyError.notLoopback(key: key, address: text(key))
        }
    }

    /// `number country category region price` entries, joined to regions.
    func numbers() throws -> NumberCatalogue {
        var regions: [NumberRegion] = []
        for entry in list("voice.numbers") {
            let words = entry.split(separator: " ").map(String.init)
            guard words.count == 5, words[0].allSatisfy(\.isNumber), words[1].count == 2 else {
                throw wrongNumber(entry)
            }
            let prices = try Currency.allCases.map { currency in
                guard let price = try? Money(words[4], currency) else { throw wrongNumber(entry) }
                return price
            }
            let known = regions.firstIndex {
                $0.countryCode == words[1] && $0.categoryName == words[2] && $0.name == words[3]
            }
            if let known {
                regions[known].numbers.append(words[0])
            } else {
                regions.append(
                    NumberRegion(
                        id: Int64(regions.count + 1), countryCode: words[1], phonePrefix: String(words[0].prefix(1)),
                        categoryName: words[2], name: words[3], monthlyPrice: prices, numbers: [words[0]]))
            }
        }
        return NumberCatalogue(regions: regions)
    }

    /// The monthly price of a SIP registration in every currency.
    func registrationPrices() throws -> [Money] {
        try Currency.allCases.map { currency in
            guard let price = try? Money(text("voice.registrations.price"), currency), !price.isNegative else {
                throw AssemblyError.malformedEntry(
                    key: "voice.registrations.price", entry: text("voice.registrations.price"),
                    expected: "a price such as 1.50")
            }
            return price
        }
    }

    /// `currency rate` entries.
    func dollarRates() throws -> [Currency: String] {
        var rates: [Currency: String] = [:]
        for entry in list("voice.rates") {
            let words = entry.split(separator: " ").map(String.init)
            guard words.count == 2, let currency = Currency(rawValue: words[0]),
                let rate = try? Money(words[1], currency), !rate.isNegative, !rate.isZero
            else {
                throw AssemblyError.malformedEntry(
                    key: "voice.rates", entry: entry, expected: "currency and rate, such as EUR 0.92")
            }
            rates[currency] = rate.decimalText
        }
        return rates
    }

    private func wrongNumber(_ entry: String) -> AssemblyError {
        .malformedEntry(
            key: "voice.numbers", entry: entry,
            expected: "number, country, category, region and price, such as 74012000000 RU GEOGRAPHIC Kaliningrad 0")
    }

    /// TLS of SIP connections; without a certificate none are taken.
    func tls() throws -> SIPTLSConfiguration {
        let certificate = text("voice.sip.tls.certificate")
        let key = text("voice.sip.tls.key")
        guard certificate.isEmpty == key.isEmpty else {
            throw certificate.isEmpty
                ? AssemblyError.missingCompanion(key: "voice.sip.tls.certificate", given: "voice.sip.tls.key")
                : AssemblyError.missingCompanion(key: "voice.sip.tls.key", given: "voice.sip.tls.certificate")
        }
        let authorities = text("voice.sip.tls.authorities")
        return SIPTLSConfiguration(
            listener: certificate.isEmpty
                ? nil
                : .init(port: integer("voice.sip.tls.port"), certificatePath: certificate, keyPath: key),
            authoritiesPath: authorities.isEmpty ? nil : authorities)
    }

    /// How the names of SIP hosts are looked up.
    func lookup() throws -> LookupSettings {
        let servers = list("voice.dns.servers")
        for server in servers where !LookupSettings.isServer(server) {
            throw AssemblyError.malformedEntry(
                key: "voice.dns.servers", entry: server, expected: "an address such as 192.0.2.53, or 192.0.2.53:53")
        }
        return LookupSettings(servers: servers, limit: .milliseconds(integer("voice.dns.milliseconds")))
    }

    /// Below which accounts are warned that are told nothing else.
    func warningThresholds() throws -> CommonThresholds {
        var thresholds = CommonThresholds()
        for entry in list("controller.warnings.thresholds") where !thresholds.set(entry) {
            throw AssemblyError.malformedEntry(
                key: "controller.warnings.thresholds", entry: entry,
                expected: "a currency, once, and an amount up to 1000000, such as RUB 300")
        }
        return thresholds
    }

    /// The price list on top of the built-in prices.
    func tariffs() throws -> TariffBook {
        let builtIn = try Currency.allCases.map(StandardTariff.make)
        let path = text("voice.tariffs")
        guard !path.isEmpty else { return TariffBook(builtIn) }
        guard let data = FileManager.default.contents(atPath: path), let list = String(bytes: data, encoding: .utf8)
        else { throw AssemblyError.tariffs(path: path, problem: "it cannot be read as UTF-8; check path and rights") }
        do {
            return try TariffFile.book(list, on: builtIn)
        } catch {
            throw AssemblyError.tariffs(path: path, problem: error.description)
        }
    }

    /// What accounts may do.
    func platformLimits() throws -> VoicePlatformLimits {
        var limits = VoicePlatformLimits()
        limits.sessionsPerAccount = integer("voice.limits.calls")
        limits.callsPerSecond = integer("voice.limits.rate")
        limits.usersPerAccount = Int64(integer("voice.limits.users"))
        let mebibytes = integer("voice.limits.storage")
        limits.storageBytesPerAccount = mebibytes > 0 ? Int64(mebibytes) << 20 : nil
        let (logs, history) = (integer("voice.logs.days"), integer("voice.history.days"))
        guard history == 0 || history >= logs else { throw AssemblyError.historyTooShort(days: history, logs: logs) }
        limits.logSeconds = Int64(logs) * 86_400
        limits.historySeconds = history == 0 ? nil : Int64(history) * 86_400
        limits.moneyWarningSeconds = integer("voice.warning")
        limits.hourlySpending = try list("voice.limits.spending").map { entry in
            let words = entry.split(separator: " ")
            guard words.count == 2, let currency = Currency(rawValue: String(words[1])),
                let amount = try? Money(words[0], currency), !amount.isNegative
            else {
                throw AssemblyError.malformedEntry(
                    key: "voice.limits.spending", entry: entry, expected: "amount and currency, such as 20 EUR")
            }
            return amount
        }
        return limits
    }

    /// What phones are challenged with, the stronger algorithm first.
    func digestAlgorithms() -> [DigestAlgorithm] {
        switch text("voice.sip.digest") {
        case "both": [.sha256, .md5]
        case "SHA-256": [.sha256]
        default: [.md5]
        }
    }

    /// The level of the noise in silence; 0 dBm0 would be a shout and means none.
    func comfortNoise() -> Double? {
        let level = integer("voice.rtp.comfort")
        return level == 0 ? nil : Double(level)
    }

    /// Codecs in the order of preference.
    func codecs() throws -> [AudioCodec] {
        var codecs: [AudioCodec] = []
        for entry in list("voice.rtp.codecs") {
            guard let codec = AudioCodec(rawValue: entry.uppercased()), !codecs.contains(codec) else {
                throw AssemblyError.malformedEntry(
                    key: "voice.rtp.codecs", entry: entry, expected: "PCMU, PCMA or G722, each once")
            }
            codecs.append(codec)
        }
        guard !codecs.isEmpty else {
            throw AssemblyError.malformedEntry(key: "voice.rtp.codecs", entry: "", expected: "one codec at least")
        }
        return codecs
    }

    /// The service that speaks; nil for espeak-ng.
    func googleSpeech() throws -> GoogleSpeechConfiguration? {
        guard text("voice.speech.engine") == "google" else { return nil }
        let path = text("voice.speech.key")
        let key = (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let key, (16...256).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw AssemblyError.malformedEntry(
                key: "voice.speech.key", entry: path,
                expected: "a readable file that holds an API key and nothing else (not the JSON of a service account)")
        }
        return GoogleSpeechConfiguration(
            endpoint: text("voice.speech.url"), apiKey: key,
            timeout: .milliseconds(Int64(integer("voice.speech.milliseconds"))))
    }

    /// The folder of the call scenarios: what is set, or the one that came with the program.
    func scenarioFolder() throws -> String {
        let given = text("controller.scenarios")
        let candidates = given.isEmpty ? ProgramFiles.scenarioFolders : [given]
        for path in candidates where FileManager.default.fileExists(atPath: path) { return path }
        throw AssemblyError.scenariosMissing(path: candidates.first ?? "")
    }
}
