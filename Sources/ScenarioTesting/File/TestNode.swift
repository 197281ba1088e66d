import Yams

/// A place in a test file, read with an error that names file and line at every step.
struct TestNode {
    let node: Node
    let file: String

    var line: Int? { node.mark?.line }

    func error(_ message: String) -> TestFileError { TestFileError(file: file, line: line, message: message) }

    /// The entries of a map by name; anything but the allowed names is an error.
    func map(_ allowed: [String], what: String) throws(TestFileError) -> [String: TestNode] {
        let entries = try anyMap(what: what)
        for (name, value) in entries where !allowed.contains(name) {
            throw value.error("\(what) knows no \(name); it may have \(allowed.joined(separator: ", "))")
        }
        return entries
    }

    /// The entries of a map whose names are free.
    func anyMap(what: String) throws(TestFileError) -> [String: TestNode] {
        guard let mapping = node.mapping else { throw error("\(what) must be a map of names and values") }
        var entries: [String: TestNode] = [:]
        for (key, value) in mapping {
            guard let name = key.string else { throw error("\(what): a name must be a text") }
            entries[name] = TestNode(node: value, file: file)
        }
        return entries
    }

    /// The entries in the order of the file.
    func orderedMap(what: String) throws(TestFileError) -> [(String, TestNode)] {
        let entries = try anyMap(what: what)
        let order = node.mapping?.keys.compactMap(\.string) ?? []
        return order.compactMap { name in entries[name].map { (name, $0) } }
    }

    func list(what: String) throws(TestFileError) -> [TestNode] {
        guard let sequence = node.sequence else { throw error("\(what) must be a list") }
        return sequence.map { TestNode(node: $0, file: file) }
    }

    /// A list, or one value that stands for a list of itself.
    var listOrOne: [TestNode] { node.sequence?.map { TestNode(node: $0, file: file) } ?? [self] }

    var isMap: Bool { node.mapping != nil }
    var isNone: Bool { node.null != nil || node.string == "none" }

    func text(what: String) throws(TestFileError) -> String {
        guard let text = node.scalar?.string else { throw error("\(what) must be a text") }
        return text
    }

    func time(what: String) throws(TestFileError) -> SpokenTime {
        guard let time = SpokenTime(try text(what: what)) else {
            throw error("\(what) must be a time such as 3s, 500ms, 2m or 1h")
        }
        return time
    }

    func number(what: String) throws(TestFileError) -> Int {
        guard let number = Int(try text(what: what)) else { throw error("\(what) must be a whole number") }
        return number
    }

    func behaviour(what: String) throws(TestFileError) -> Behaviour {
        guard let behaviour = Behaviour(try text(what: what)) else {
            throw error(
                "\(what) is not understood; write for example “rings after 1s, answers after 3s, hangs up after 20s”, "
                    + "busy, offline, refuses after 2s, never answers")
        }
        return behaviour
    }

    /// A text as it is, anything else as JSON.
    func body() throws(TestFileError) -> String {
        if let text = node.scalar?.string { return text }
        return try json()
    }

    private func json() throws(TestFileError) -> String {
        if let mapping = node.mapping {
            var parts: [String] = []
            for (key, value) in mapping {
                parts.append(Self.quoted(key.string ?? "") + ":" + (try TestNode(node: value, file: file).json()))
            }
            return "{" + parts.joined(separator: ",") + "}"
        }
        if let sequence = node.sequence {
            var parts: [String] = []
            for item in sequence { parts.append(try TestNode(node: item, file: file).json()) }
            return "[" + parts.joined(separator: ",") + "]"
        }
        guard let scalar = node.scalar else { throw error("a value that has no JSON") }
        // Quoted texts stay texts, so that "5" and 5 can both be written.
        if scalar.style == .any || scalar.style == .plain {
            if node.null != nil { return "null" }
            if let flag = node.bool { return flag ? "true" : "false" }
            if let number = node.int { return String(number) }
            if let number = node.float, number.isFinite { return String(number) }
        }
        return Self.quoted(scalar.string)
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
