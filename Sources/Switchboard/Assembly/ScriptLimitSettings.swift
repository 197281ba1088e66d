import ScenarioRuntime
import VoicePlatform

/// What the setting `voice.limits.scripts` says of accounts' scripts.
extension Settings {
    /// `account name=value…` entries; `*` is every account that has no entry of its own, and comes before them.
    func scriptLimits() throws -> ScriptLimits {
        var limits = ScriptLimits()
        let entries = list("voice.limits.scripts").sorted { first, _ in first.hasPrefix("* ") }
        for entry in entries {
            let words = entry.split(separator: " ").map(String.init)
            guard words.count > 1 else { throw wrongLimit(entry) }
            var account = limits.usual
            for word in words.dropFirst() { try set(word, of: entry, in: &account) }
            if words[0] == "*" { limits.usual = account } else { limits.accounts[words[0]] = account }
        }
        return limits
    }

    private func set(_ word: String, of entry: String, in limits: inout AccountLimits) throws {
        let parts = word.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Int(parts[1]) else { throw wrongLimit(entry) }
        switch parts[0] {
        case "requests" where (1...100_000).contains(number): limits.runningRequests = number
        case "milliseconds" where (50...10_000).contains(number): limits.callbackMilliseconds = number
        case "megabytes" where (8...128).contains(number): limits.sessionBytes = number << 20
        case "entries" where (0...1_000_000).contains(number): limits.storageItems = number
        default: throw wrongLimit(entry)
        }
    }

    private func wrongLimit(_ entry: String) -> AssemblyError {
        .malformedEntry(
            key: "voice.limits.scripts", entry: entry,
            expected: "an account's name or *, then requests=1…100000, milliseconds=50…10000, megabytes=8…128, "
                + "entries=0…1000000, such as “* requests=100 entries=5000”")
    }
}
