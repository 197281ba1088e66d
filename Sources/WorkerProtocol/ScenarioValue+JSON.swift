extension ScenarioValue {
    /// The value as JSON text (RFC 8259) in UTF-8; keys are sorted, `void` and numbers that JSON
    /// cannot say become `null`.
    public var json: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256)
        JSONText.append(self, to: &bytes)
        return bytes
    }
}

/// Writes JSON text piece by piece; for callers that know their object's shape and need no ``ScenarioValue`` in between.
public enum JSONText {
    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// Appends a value of any shape.
    public static func append(_ value: ScenarioValue, to bytes: inout [UInt8]) {
        switch value {
        case .null, .void: bytes.append(contentsOf: "null".utf8)
        case .bool(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .int(let number): bytes.append(contentsOf: String(number).utf8)
        case .double(let number):
            bytes.append(contentsOf: (number.isFinite ? number.description : "null").utf8)
        case .string(let text): append(text, to: &bytes)
        case .list(let items): append(items, to: &bytes)
        case .map(let entries): append(entries, to: &bytes)
        }
    }

    /// Appends a string with its quotes and escapes.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
                bytes.append(contentsOf: utf8)
            } else {
                for byte in utf8 { appendEscaped(byte, to: &bytes) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case 0x22, 0x5C: bytes.append(contentsOf: [0x5C, byte])
        case 0x0A: bytes.append(contentsOf: "\\n".utf8)
        case 0x0D: bytes.append(contentsOf: "\\r".utf8)
        case 0x09: bytes.append(contentsOf: "\\t".utf8)
        case 0..<0x20:
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(hexDigits[Int(byte >> 4)])
            bytes.append(hexDigits[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }

    private static func append(_ items: [ScenarioValue], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "["))
        var isFirst = true
        for item in items {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(item, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private static func append(_ entries: [String: ScenarioValue], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, item) in entries.sorted(by: { $0.key < $1.key }) {
            if !isFirst { bytes.append(UInt8(ascii: ",")) }
            isFirst = false
            append(key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            append(item, to: &bytes)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
