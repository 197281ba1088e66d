/// Why a voice platform cannot start.
public enum VoicePlatformError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The data directory cannot be made or written.
    case dataDirectory(path: String, reason: String)
    /// The name of a configured master account belongs to a child account, or to an account of another currency.
    case masterAccountConflict(name: String)
    /// A setting that cannot be used.
    case configuration(setting: String, expectation: String)

    public var description: String {
        switch self {
        case .dataDirectory(let path, let reason):
            "the data directory \(path) cannot be used (\(reason)); make it writable or choose another"
        case .masterAccountConflict(let name):
            "the account name '\(name)' is used by a child account or has another currency; choose another name"
        case .configuration(let setting, let expectation): "setting \(setting): expected \(expectation)"
        }
    }
}
