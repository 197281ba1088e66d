/// A language to speak, read from a tag (`ru-RU`), a bare code (`ru`) or an old name of VoxEngine (`RU_RUSSIAN_FEMALE`).
struct SpeechLanguage: Hashable {
    /// Two or three letters, lower case.
    let code: String
    /// A country or region, lower case.
    let region: String?

    /// Nil for what is no language that can be spoken here; the empty text is English.
    init?(_ text: String) {
        let parts = text.lowercased().split(whereSeparator: { "_-".contains($0) }).map(String.init)
        let first = parts.first ?? "en"
        // Old names begin with the country where the language is English; `uk` alone is Ukrainian.
        if first == "us" || first == "uk" && parts.count > 1 && parts[1] == "english" {
            code = "en"
            region = first == "us" ? "us" : "gb"
            return
        }
        code = Self.aliases[first] ?? first
        region = parts.dropFirst().first { $0.count == 2 || $0 == "419" }
        guard Self.codes.contains(code) else { return nil }
    }

    /// The name of espeak-ng's voice.
    var espeakVoice: String {
        let full = region.map { "\(code)-\($0)" } ?? code
        if Self.regional.contains(full) { return full }
        if code == "es", let region, region != "es" { return "es-419" }
        return code == "zh" ? "cmn" : code
    }

    /// The tag of BCP 47.
    var tag: String { region.map { "\(code)-\($0.uppercased())" } ?? code }

    private static let aliases = ["ua": "uk", "kz": "kk", "no": "nb", "iw": "he", "cmn": "zh"]
    private static let regional: Set = ["en-us", "en-gb", "es-419", "fr-be", "fr-ch", "pt-br"]
    /// What espeak-ng has voices for.
    private static let codes = Set(
        """
        af am ar as az ba be bg bn bs ca cs cy da de el en eo es et eu fa fi fr ga gd gu he hi hr ht hu hy ia id is it ja
        ka kk kn ko ku ky la lb lt lv mi mk ml mr ms mt my nb ne nl or pa pl pt ro ru sd si sk sl sq sr sv sw ta te th tk
        tr tt ug uk ur uz vi zh
        """.split(whereSeparator: \.isWhitespace).map(String.init))
}
