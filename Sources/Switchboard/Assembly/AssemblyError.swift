/// Why the systems cannot be put together.
enum AssemblyError: Error, CustomStringConvertible {
    case unreadableSecrets(path: String)
    case malformedEntry(key: String, entry: String, expected: String)
    case missingCompanion(key: String, given: String)
    case malformedSecret(key: String, expected: String)
    case malformedPaymentKey(name: String)
    case notLoopback(key: String, address: String)
    case masterAccountsUnreachable(url: String, detail: String)
    case noServiceKeys(folder: String)
    case scenariosMissing(path: String)
    case portTaken(finding: String, remedy: String)
    case tariffs(path: String, problem: String)
    case historyTooShort(days: Int, logs: Int)

    var description: String {
        switch self {
        case .unreadableSecrets(let path):
            "The file \(path) cannot be read or written as JSON with licenceKey, operatorToken and masterKeys. "
                + "Restore it from a backup; without it the portal's and the controller's keys do not fit."
        case .malformedEntry(let key, let entry, let expected):
            "The setting \(key) has the entry '\(entry)'; expected \(expected)."
        case .missingCompanion(let key, let given):
            "The setting \(key) is empty, but \(given) is given; set both, or neither."
        case .malformedSecret(let key, let expected):
            "The setting \(key) names a variable of the environment; expected \(expected)."
        case .malformedPaymentKey(let name):
            "The entry '\(name)' of paymentKeys in \(Secrets.fileName) cannot be used; expected a name of 1 to 32 "
                + "lower-case letters, digits and hyphens, and 64 lower-case hexadecimal digits, as "
                + "'switchboard payment key NAME' makes them."
        case .notLoopback(let key, let address):
            "The setting \(key) is \(address), which others can reach without TLS. "
                + "Use a loopback address behind a TLS proxy, or allow it with --insecure true."
        case .masterAccountsUnreachable(let url, let detail):
            "The master accounts cannot be looked up at \(url): \(detail). "
                + "Start the voice platform, and give the controller the same secrets.json."
        case .noServiceKeys(let folder):
            "The folder \(folder) of controller.platform.keys holds no key file; expected rub.json, uah.json, usd.json "
                + "or eur.json. Put the files there, or leave the setting empty."
        case .portTaken(let finding, let remedy): "\(finding); \(remedy)."
        case .tariffs(let path, let problem): "The price list \(path) of voice.tariffs cannot be used: \(problem)."
        case .historyTooShort(let days, let logs):
            "The setting voice.history.days is \(days), which is less than the \(logs) of voice.logs.days: a log is found by its "
                + "session. Set it to \(logs) or more, or to 0 for ever, or keep logs for fewer days."
        case .scenariosMissing(let path):
            "There are no call scenarios in \(path). Set controller.scenarios to the folder Scenarios/bitrix24."
        }
    }
}
