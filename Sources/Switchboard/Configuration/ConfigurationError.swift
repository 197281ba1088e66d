/// Why a configuration cannot be used; names the key and what would be right.
enum ConfigurationError: Error, CustomStringConvertible, Equatable {
    case unreadableFile(path: String, detail: String)
    case unknownKey(name: String, source: String, nearest: String?)
    case wrongValue(key: String, given: String, expected: String)

    var description: String {
        switch self {
        case .unreadableFile(let path, let detail):
            "The configuration file \(path) cannot be read: \(detail). Expected a YAML file."
        case .unknownKey(let name, let source, let nearest):
            "There is no setting \(name) (given in \(source))."
                + (nearest.map { " Did you mean \($0)?" } ?? " docs/operations.md lists all settings.")
        case .wrongValue(let key, let given, let expected):
            "The setting \(key) is \(given); expected \(expected)."
        }
    }
}
