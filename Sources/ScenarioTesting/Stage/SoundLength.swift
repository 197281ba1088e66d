import CallControl

/// How long a sound lasts on the stage.
enum SoundLength: Equatable {
    case milliseconds(Int64)
    case endless
    case missing

    /// Speech has 15 characters a second, sounds that the test does not name last 4 s.
    static func of(_ sound: PlayerSound, _ test: ScenarioTest) -> SoundLength {
        switch sound {
        case .speech(let speech): return .milliseconds(max(500, Int64(speech.text.count) * 1000 / 15))
        case .tone(let script): return tone(script)
        case .url(let request):
            guard let rule = test.sounds.first(where: { $0.pattern.isFound(in: request.url) }) else {
                return .milliseconds(4000)
            }
            return rule.length.map { .milliseconds($0.milliseconds) } ?? .missing
        case .sequence(let sounds):
            var total: Int64 = 0
            for sound in sounds {
                guard case .milliseconds(let length) = of(sound, test) else { return .missing }
                total += length
            }
            return .milliseconds(total)
        }
    }

    /// The sum of a tone script's sections: `425@-19;5(1/4/1)` lasts 5 s, a length of `*` for ever.
    private static func tone(_ script: String) -> SoundLength {
        var total: Int64 = 0
        for section in script.split(separator: ";").dropFirst() {
            let length = section.prefix { $0 != "(" }
            if length == "*" { return .endless }
            guard let seconds = Double(length) else { return .missing }
            total += Int64((seconds * 1000).rounded())
        }
        return total > 0 ? .milliseconds(total) : .missing
    }
}
