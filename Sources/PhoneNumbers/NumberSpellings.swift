extension PhoneNumber {
    /// What networks put before a number without its country code, and before one with it.
    private static let prefixes = (national: ["", "0", "8", "1"], international: ["", "00", "011", "810"])

    /// The digits by which carriers name the number to somebody in `region`, the canonical ones first.
    ///
    /// Each of them is read there as this number and no other, so whoever looks for all finds calls of this number only.
    public func spellings(in region: Region) -> [String] {
        var texts = Self.prefixes.international.map { $0 + digits }
        let code = region.countryCode.rawValue
        if digits.hasPrefix(code) {
            texts += Self.prefixes.national.map { $0 + digits.dropFirst(code.count) }
        }
        var seen: Set<String> = [digits]
        return [digits]
            + texts.filter {
                seen.insert($0).inserted && PhoneNumberParser.parse($0, defaultRegion: region).number == self
            }
    }
}
