extension SessionDescription {
    /// The text of the description with CRLF line ends, lines in the order of RFC 8866 section 9.
    public var text: String {
        var writer = SDPWriter()
        writer.add("v", "0")
        writer.add("o", origin.text)
        writer.add("s", sessionName.isEmpty ? "-" : sessionName)
        writer.add(otherLines, of: ["i", "u", "e", "p"])
        if let connection { writer.add("c", connection.text) }
        for bandwidth in bandwidths { writer.add("b", bandwidth) }
        for timing in timings.isEmpty ? ["0 0"] : timings { writer.add("t", timing) }
        writer.add(otherLines, of: ["r", "z", "k"])
        for attribute in attributes { writer.add("a", attribute.text) }
        for stream in media { writer.add(stream) }
        return writer.text
    }
}

/// Puts lines together; a line break inside a value is dropped, so that no value can start a line of its own.
private struct SDPWriter {
    private(set) var text = ""

    mutating func add(_ type: Character, _ value: String) {
        text.append(type)
        text.append("=")
        if value.utf8.contains(where: { $0 == 10 || $0 == 13 }) {
            text.unicodeScalars.append(contentsOf: value.unicodeScalars.filter { $0 != "\r" && $0 != "\n" })
        } else {
            text.append(value)
        }
        text.append("\r\n")
    }

    mutating func add(_ lines: [SDPLine], of types: [Character]) {
        for type in types {
            for line in lines where line.type == type { add(type, line.value) }
        }
    }

    mutating func add(_ stream: MediaDescription) {
        add("m", stream.text)
        add(stream.otherLines, of: ["i"])
        if let connection = stream.connection { add("c", connection.text) }
        for bandwidth in stream.bandwidths { add("b", bandwidth) }
        add(stream.otherLines, of: ["k"])
        for attribute in stream.attributes { add("a", attribute.text) }
    }
}
