/// Why a configuration cannot be used; names the key and what would be right.
enum ConfigurationError: Error, CustomStringConvertible, Equatable {
    case unreadableFile(path: String, detail: String)
    case unknownKey(name: String, source: String, nearest: String?)
    case wrongValue(key: String, given: String, expected: String)
    case missingValue(flag: String, expected: String)
    case givenTwice(flag: String)
    case strayArgument(String)

    var description: String {
        switch self {
        case .unreadableFile(let path, let detail):
            "The configuration file \(path) cannot be read: \(detail). Expected a YAML file."
        case .unknownKey(let name, let source, let nearest):
            "There is no setting \(name) (given in \(source))."
                + (nearest.map { " Did you mean \($0)?" }
                    ?? " docs/operations.md lists all settings, --help the options of a command.")
        case .wrongValue(let key, let given, let expected):
            "The setting \(key) is \(given); expected \(expected)."
        case .missingValue(let flag, let expected):
            "The setting \(flag) has no value; expected \(expected). A value that begins with a hyphen goes as "
                + "\(flag)=VALUE."
        case .givenTwice(let flag): "The setting \(flag) is given twice; give it once. Only lists may repeat."
        case .strayArgument(let word):
            "'\(word)' is one argument too many; --help lists those of the command. A list's flag comes before each "
                + "of its values."
        }
    }
}
