extension ToneScript {
    /// Longest text that is read, in octets; adapters stop at 127.
    public static let maximumTextLength = 512
    static let maximumComponents = 6
    static let maximumSegments = 6
    static let maximumSections = 16
    /// Longest time, one day in seconds; a longer one is meant as `*`.
    static let maximumSeconds = 86_400.0

    /// Reads a script; spaces are skipped.
    public init(parsing text: String) throws(ToneScriptError) {
        guard text.utf8.count <= Self.maximumTextLength else {
            throw ToneScriptError(.tooLong, "\(text.utf8.count) characters; at most \(Self.maximumTextLength) are read")
        }
        let parts = text.filter { $0 != " " && $0 != "\t" }.split(separator: ";", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count > 1, parts.count <= Self.maximumSections + 1 else {
            throw ToneScriptError(.section, "expected frequencies;section with 1 to \(Self.maximumSections) sections")
        }
        let components = try Self.components(first)
        var sections: [Section] = []
        for part in parts.dropFirst() { sections.append(try Self.section(part, components: components.count)) }
        self.init(components: components, sections: sections)
    }

    private static func components(_ text: Substring) throws(ToneScriptError) -> [Component] {
        let items = text.split(separator: ",", omittingEmptySubsequences: false)
        guard items.count <= maximumComponents else {
            throw ToneScriptError(.frequencies, "\(items.count) frequencies; at most \(maximumComponents) are mixed")
        }
        var components: [Component] = []
        for item in items {
            let pair = item.split(separator: "@", omittingEmptySubsequences: false)
            guard pair.count == 2, let frequency = decimal(pair[0]), let level = decimal(pair[1]), frequency > 0,
                frequency < 4000, (-99...3).contains(level)
            else {
                throw ToneScriptError(.frequencies, "'\(item)': expected Hz@dBm with 0 < Hz < 4000 and -99 ≤ dBm ≤ 3")
            }
            components.append(Component(frequency: frequency, level: level))
        }
        return components
    }

    private static func section(_ text: Substring, components: Int) throws(ToneScriptError) -> Section {
        guard let bracket = text.firstIndex(of: "("), text.last == ")" else {
            throw ToneScriptError(.section, "'\(text)': expected length(on/off/mix,…)")
        }
        guard let length = length(text[..<bracket]), length != .samples(0) else {
            throw ToneScriptError(.section, "'\(text[..<bracket])': expected a length in seconds above 0, or *")
        }
        let list = text[text.index(after: bracket)...].dropLast()
        let items = list.split(separator: ",", omittingEmptySubsequences: false)
        guard items.count <= maximumSegments else {
            throw ToneScriptError(.section, "\(items.count) segments; at most \(maximumSegments) are played")
        }
        var segments: [Segment] = []
        for item in items { segments.append(try segment(item, components: components)) }
        // Segments that take no time would repeat for ever without filling the section.
        guard segments.contains(where: { $0.on != .samples(0) || $0.off != .samples(0) }) else {
            throw ToneScriptError(.segment, "'\(list)': all times are 0; one must be longer")
        }
        return Section(length: length, segments: segments)
    }

    private static func segment(_ text: Substring, components: Int) throws(ToneScriptError) -> Segment {
        let fields = text.split(separator: "/", omittingEmptySubsequences: false)
        guard fields.count == 3, let on = length(fields[0]), let off = length(fields[1]) else {
            throw ToneScriptError(.segment, "'\(text)': expected on/off/mix with times in seconds or *")
        }
        if fields[2] == "0" { return Segment(on: on, off: off, mix: []) }
        var mix: [Int] = []
        for item in fields[2].split(separator: "+", omittingEmptySubsequences: false) {
            guard let index = Int(item), (1...components).contains(index) else {
                throw ToneScriptError(.mix, "'\(fields[2])': expected numbers of frequencies, 1 to \(components), or 0")
            }
            if !mix.contains(index - 1) { mix.append(index - 1) }
        }
        return Segment(on: on, off: off, mix: mix)
    }

    private static func length(_ text: Substring) -> Length? {
        if text == "*" { return .endless }
        guard let seconds = decimal(text), seconds >= 0, seconds <= maximumSeconds else { return nil }
        return .samples(Int((seconds * Double(sampleRate)).rounded()))
    }

    /// A decimal number without exponent, with an optional sign; `.5` and `5.` count.
    private static func decimal(_ text: Substring) -> Double? {
        let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : text
        let allowed = digits.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") }
        guard allowed, digits.utf8.contains(where: { $0 != UInt8(ascii: ".") }), digits.utf8.count <= 16 else {
            return nil
        }
        let value = Double("0" + digits + (digits.last == "." ? "0" : ""))
        return text.first == "-" ? value.map { -$0 } : value
    }
}
