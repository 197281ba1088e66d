/// One setting that an operator can give: by flag, environment variable or in the YAML file.
struct ConfigurationKey: Sendable {
    enum Kind: Sendable, Equatable {
        case text(default: String)
        case choice(default: String, allowed: [String])
        case integer(default: Int, allowed: ClosedRange<Int>)
        case boolean(default: Bool)
        case list(default: [String])
    }

    /// Dotted name, as nested in the YAML file.
    let name: String
    let kind: Kind
    let explanation: String

    /// `--voice-sip-port` for `voice.sip.port`.
    var flag: String { "--" + name.replacing(".", with: "-") }

    /// `SWITCHBOARD_VOICE_SIP_PORT` for `voice.sip.port`.
    var environmentName: String { "SWITCHBOARD_" + name.replacing(".", with: "_").uppercased() }

    /// What a value must look like, for error messages and the documentation.
    var expectation: String {
        switch kind {
        case .text: "a text"
        case .choice(_, let allowed): "one of \(allowed.joined(separator: ", "))"
        case .integer(_, let allowed): "a whole number from \(allowed.lowerBound) to \(allowed.upperBound)"
        case .boolean: "true or false"
        case .list: "a list of texts"
        }
    }

    /// The default as it would stand in the YAML file.
    var defaultText: String {
        switch kind {
        case .text(let value), .choice(let value, _): value
        case .integer(let value, _): String(value)
        case .boolean(let value): String(value)
        case .list(let value): "[" + value.joined(separator: ", ") + "]"
        }
    }
}
