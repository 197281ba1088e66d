import CPhoneNumber

/// Brings every spelling that people, trunks and browsers use to one canonical number.
///
/// A function of its arguments; safe from any thread. The first use loads the numbering tables (about 20 ms).
public enum PhoneNumberParser {
    /// Texts longer than this are a name, whatever they hold.
    public static let longestText = 100

    private static let hiddenWords: Set<String> = [
        "", "hidden", "anonymous", "unknown", "unavailable", "restricted", "private", "withheld",
    ]

    /// Reads `text` as somebody in `defaultRegion` means it.
    ///
    /// International prefixes `+`, `00`, `011` and `810` are understood in every region, because people keep the habit of
    /// their country; a reading that is assigned somewhere wins over one that only has a possible length.
    public static func parse(_ text: String, defaultRegion: Region) -> DialledNumber {
        let text = SpokenText.withoutScheme(text)
        if hiddenWords.contains(text.lowercased()) { return .hidden }
        guard text.utf8.count <= longestText, let spoken = SpokenText(text) else { return .name(text) }
        if let short = spoken.short { return .short(short) }
        guard let reading = best(of: candidates(spoken, defaultRegion)) else {
            return .unrecognised(digits: spoken.digits)
        }
        return .international(reading, extension: spoken.extension)
    }

    private struct Candidate {
        var text: String
        var region: Region
    }

    /// Readings in the order of preference.
    private static func candidates(_ spoken: SpokenText, _ region: Region) -> [Candidate] {
        let digits = spoken.digits
        func international(dropping count: Int) -> Candidate {
            Candidate(text: "+" + digits.dropFirst(count), region: region)
        }
        // A plus settles it: `+84…` is Vietnam, never a Russian trunk prefix 8.
        if spoken.hasPlus { return [international(dropping: 0)] }
        var readings: [Candidate] = []
        for prefix in ["810", "00", "011"] where digits.hasPrefix(prefix) {
            readings.append(international(dropping: prefix.utf8.count))
        }
        readings.append(Candidate(text: digits, region: region))
        // A Russian abroad dials 8 out of habit.
        if digits.utf8.count == 11, digits.hasPrefix("8") {
            readings.append(Candidate(text: "+7" + digits.dropFirst(), region: region))
        }
        readings.append(international(dropping: 0))
        return readings
    }

    private static func best(of candidates: [Candidate]) -> PhoneNumber? {
        var possible: PhoneNumber?
        for candidate in candidates {
            let reading = sb_phone_read(candidate.text, candidate.region.code)
            guard reading.quality != SB_PHONE_UNREADABLE, let number = number(reading) else { continue }
            if reading.quality == SB_PHONE_VALID { return number }
            possible = possible ?? number
        }
        return possible
    }

    private static func number(_ reading: sb_phone) -> PhoneNumber? {
        let digits = withUnsafeBytes(of: reading.digits) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return PhoneNumber(digits: digits)
    }
}
