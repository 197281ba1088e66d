import Yams

/// One mapping of a YAML file, read strictly: a name that is not known is an error, like a value of the wrong kind.
///
/// Values are taken as they are written, so `off` is a word and `007` keeps its zeros.
struct YAMLSection {
    let file: String
    /// Where the mapping stands: `trunks[0].servers[1]`.
    let place: String
    private let line: Int
    private let members: [String: Node]

    init(_ node: Node, file: String, place: String, known: [String]) throws(TrunkFileError) {
        self.file = file
        self.place = place
        line = node.mark?.line ?? 1
        guard let mapping = node.mapping else {
            throw TrunkFileError(
                file: file, line: line, problem: "\(place.isEmpty ? "the file" : place) is no section of names")
        }
        var members: [String: Node] = [:]
        for (key, value) in mapping {
            let name = key.scalar?.string ?? ""
            guard known.contains(name) else {
                throw TrunkFileError(
                    file: file, line: key.mark?.line ?? line,
                    problem: "\(Self.joined(place, name)) is not known; known are \(known.joined(separator: ", "))")
            }
            members[name] = value
        }
        self.members = members
    }

    func has(_ name: String) -> Bool { members[name] != nil }

    func text(_ name: String) throws(TrunkFileError) -> String? {
        guard let node = members[name] else { return nil }
        guard let text = node.scalar?.string, !text.isEmpty else { throw wrong(name, "a text") }
        return text
    }

    func required(_ name: String, _ expected: String) throws(TrunkFileError) -> String {
        guard let text = try text(name) else {
            throw problem("\(Self.joined(place, name)) is missing; expected \(expected)")
        }
        return text
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(TrunkFileError) -> Int? {
        guard let text = try text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw wrong(name, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// One of the raw values of a type.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(TrunkFileError) -> Choice? where Choice.RawValue == String {
        guard let text = try text(name) else { return nil }
        guard let choice = Choice.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            throw wrong(name, "one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    /// Empty when there is no such list.
    func texts(_ name: String) throws(TrunkFileError) -> [String] {
        guard let node = members[name] else { return [] }
        guard let items = node.sequence else { throw wrong(name, "a list of texts") }
        var texts: [String] = []
        for item in items {
            guard let text = item.scalar?.string, !text.isEmpty else { throw wrong(name, "a list of texts") }
            texts.append(text)
        }
        return texts
    }

    func section(_ name: String, known: [String]) throws(TrunkFileError) -> YAMLSection? {
        guard let node = members[name] else { return nil }
        return try YAMLSection(node, file: file, place: Self.joined(place, name), known: known)
    }

    func sections(_ name: String, known: [String]) throws(TrunkFileError) -> [YAMLSection] {
        guard let node = members[name] else { return [] }
        guard let items = node.sequence else { throw wrong(name, "a list of sections") }
        var sections: [YAMLSection] = []
        for (index, item) in items.enumerated() {
            let place = "\(Self.joined(place, name))[\(index)]"
            sections.append(try YAMLSection(item, file: file, place: place, known: known))
        }
        return sections
    }

    /// What is wrong with the section as a whole.
    func problem(_ text: String) -> TrunkFileError { TrunkFileError(file: file, line: line, problem: text) }

    func wrong(_ name: String, _ expected: String) -> TrunkFileError {
        let node = members[name]
        let given = node?.scalar.map { "'\($0.string)'" } ?? "of another kind"
        return TrunkFileError(
            file: file, line: node?.mark?.line ?? line,
            problem: "\(Self.joined(place, name)) is \(given); expected \(expected)")
    }

    private static func joined(_ place: String, _ name: String) -> String {
        place.isEmpty ? name : "\(place).\(name)"
    }
}
