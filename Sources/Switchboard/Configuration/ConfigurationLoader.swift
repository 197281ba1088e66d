import Configuration
import Foundation
import SystemPackage
import Yams

/// Reads the settings: flags over environment over the YAML file over the defaults.
///
/// Every name and value that is given is checked; the first wrong one is thrown as a ``ConfigurationError``.
struct ConfigurationLoader {
    var file: String?
    var environment: [String: String]
    var arguments: [String]

    func load() async throws -> Settings {
        let flags = try flags()
        try checkEnvironment()
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "command line", values: flags),
            EnvironmentVariablesProvider(environmentVariables: ownEnvironment()),
        ]
        if let file {
            try checkFile(file)
            do {
                providers.append(try await FileProvider<YAMLSnapshot>(filePath: FilePath(file)))
            } catch {
                throw ConfigurationError.unreadableFile(path: file, detail: "\(error)")
            }
        }
        let reader = ConfigReader(providers: providers)
        var values: [String: Settings.Value] = [:]
        for key in ConfigurationCatalogue.keys { values[key.name] = try value(of: key, in: reader) }
        return Settings(values: values)
    }

    private func value(of key: ConfigurationKey, in reader: ConfigReader) throws -> Settings.Value {
        do {
            switch key.kind {
            case .text(let standard): return .text(try text(key.name, in: reader) ?? standard)
            case .choice(let standard, let allowed):
                let given = try text(key.name, in: reader) ?? standard
                guard allowed.contains(given) else { throw wrong(key, given) }
                return .text(given)
            case .integer(let standard, let allowed):
                let given = try reader.fetchedInteger(key.name) ?? standard
                guard allowed.contains(given) else { throw wrong(key, String(given)) }
                return .integer(given)
            case .boolean(let standard): return .boolean(try reader.fetchedBoolean(key.name) ?? standard)
            case .list(let standard): return .list(try reader.fetchedList(key.name) ?? standard)
            }
        } catch let error as ConfigurationError {
            throw error
        } catch {
            throw wrong(key, reader.string(forKey: ConfigKey(key.name)) ?? "of another kind")
        }
    }

    private func text(_ name: String, in reader: ConfigReader) throws -> String? {
        guard reader.isGiven(name) else { return nil }
        return try reader.requiredString(forKey: ConfigKey(name))
    }

    private func wrong(_ key: ConfigurationKey, _ given: String) -> ConfigurationError {
        .wrongValue(key: key.name, given: given, expected: key.expectation)
    }

    /// What the command line gives, each of the kind that its setting wants.
    private func flags() throws -> [AbsoluteConfigKey: ConfigValue] {
        var flags: [AbsoluteConfigKey: ConfigValue] = [:]
        for (name, texts) in try SettingFlags.values(arguments) {
            guard let key = ConfigurationCatalogue.key(name), let first = texts.first else { continue }
            let content: ConfigContent? =
                switch key.kind {
                case .text, .choice: .string(first)
                case .integer: Int(first).map(ConfigContent.int)
                case .boolean: Bool(first).map(ConfigContent.bool)
                case .list: .stringArray(texts)
                }
            guard let content else { throw wrong(key, first) }
            flags[AbsoluteConfigKey(ConfigKey(name))] = ConfigValue(content, isSecret: false)
        }
        return flags
    }

    private func checkEnvironment() throws {
        // The phone's password is no setting, but may well stand in the same environment.
        let known = ConfigurationCatalogue.keys.map(\.environmentName) + [PhoneCommand.passwordVariable]
        for name in environment.keys.sorted() where name.hasPrefix("SWITCHBOARD_") && !known.contains(name) {
            throw ConfigurationError.unknownKey(
                name: name, source: "the environment", nearest: SettingFlags.nearest(name, in: known))
        }
    }

    private func checkFile(_ path: String) throws {
        let document: Any?
        do {
            document = try Yams.load(yaml: String(contentsOfFile: path, encoding: .utf8))
        } catch {
            throw ConfigurationError.unreadableFile(path: path, detail: "\(error)")
        }
        let names = ConfigurationCatalogue.keys.map(\.name)
        for name in Self.flattened(document, prefix: "").sorted() where !names.contains(name) {
            throw ConfigurationError.unknownKey(
                name: name, source: path, nearest: SettingFlags.nearest(name, in: names))
        }
    }

    private func ownEnvironment() -> [String: String] {
        var own: [String: String] = [:]
        for (name, value) in environment where name.hasPrefix("SWITCHBOARD_") {
            own[String(name.dropFirst("SWITCHBOARD_".count))] = value
        }
        return own
    }

    private static func flattened(_ node: Any?, prefix: String) -> [String] {
        guard let map = node as? [AnyHashable: Any] else { return prefix.isEmpty ? [] : [prefix] }
        return map.flatMap { name, child in
            flattened(child, prefix: prefix.isEmpty ? "\(name)" : "\(prefix).\(name)")
        }
    }
}

extension ConfigReader {
    /// Whether any source has the key; a typed read then says what is wrong with it.
    fileprivate func isGiven(_ name: String) -> Bool {
        let key = ConfigKey(name)
        do {
            _ = try requiredString(forKey: key)
            return true
        } catch {
            return int(forKey: key) != nil || bool(forKey: key) != nil || stringArray(forKey: key) != nil
        }
    }

    fileprivate func fetchedInteger(_ name: String) throws -> Int? {
        isGiven(name) ? try requiredInt(forKey: ConfigKey(name)) : nil
    }

    fileprivate func fetchedBoolean(_ name: String) throws -> Bool? {
        isGiven(name) ? try requiredBool(forKey: ConfigKey(name)) : nil
    }

    fileprivate func fetchedList(_ name: String) throws -> [String]? {
        isGiven(name) ? try requiredStringArray(forKey: ConfigKey(name)) : nil
    }
}
