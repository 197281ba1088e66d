/// Reads the parameters of a request: query, `application/x-www-form-urlencoded`, `multipart/form-data`.
enum FormDecoder {
    static let maximumFields = 200

    /// The fields of an URL-encoded text; a later field replaces an earlier one of the same name.
    ///
    /// - Throws: ``APIError`` 101 for broken percent-encoding, bytes that are no UTF-8, or more than 200 fields.
    static func urlEncoded(_ text: some StringProtocol) throws(APIError) -> [String: String] {
        var fields: [String: String] = [:]
        for pair in String(text).split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = decoded(halves[0]), let value = halves.count == 2 ? decoded(halves[1]) : "" else {
                throw APIError(code: 101, message: "Invalid arguments: broken percent-encoding or UTF-8.")
            }
            try insert(name, value, into: &fields)
        }
        return fields
    }

    /// The fields of a multipart body (RFC 7578).
    static func multipart(_ body: [UInt8], boundary: String) throws(APIError) -> [String: String] {
        let broken = APIError(code: 101, message: "Invalid arguments: broken multipart body.")
        let delimiter = Array("--\(boundary)".utf8)
        let lineEnd = Array("\r\n".utf8)
        var fields: [String: String] = [:]
        guard var start = firstRange(of: delimiter, in: body[...])?.upperBound else { throw broken }
        while body[start...].starts(with: lineEnd) {
            let part = body[(start + 2)...]
            guard let headerEnd = firstRange(of: Array("\r\n\r\n".utf8), in: part),
                let end = firstRange(of: lineEnd + delimiter, in: body[(headerEnd.upperBound - 2)...]),
                let head = String(validating: part[part.startIndex..<headerEnd.lowerBound], as: UTF8.self),
                let name = fieldName(head)
            else { throw broken }
            let content = end.lowerBound > headerEnd.upperBound ? body[headerEnd.upperBound..<end.lowerBound] : []
            guard let value = String(validating: content, as: UTF8.self) else { throw broken }
            try insert(name, value, into: &fields)
            start = end.upperBound
        }
        guard body[start...].starts(with: Array("--".utf8)) else { throw broken }
        return fields
    }

    /// The `boundary` of a Content-Type, nil when it is no multipart form.
    static func boundary(ofContentType type: String) -> String? {
        let parts = type.split(separator: ";").map { $0.trimmed }
        guard parts.first?.lowercased() == "multipart/form-data" else { return nil }
        for part in parts.dropFirst() where part.lowercased().hasPrefix("boundary=") {
            let value = part.dropFirst("boundary=".count).filter { $0 != "\"" }
            return (1...70).contains(value.utf8.count) ? String(value) : nil
        }
        return nil
    }

    private static func insert(
        _ name: String, _ value: String, into fields: inout [String: String]
    ) throws(APIError) {
        fields[name] = value
        guard fields.count <= maximumFields else {
            throw APIError(code: 101, message: "Invalid arguments: more than \(maximumFields) parameters.")
        }
    }

    private static func fieldName(_ head: String) -> String? {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            for attribute in line.split(separator: ";").dropFirst() where attribute.trimmed.hasPrefix("name=") {
                return String(attribute.trimmed.dropFirst("name=".count).filter { $0 != "\"" })
            }
        }
        return nil
    }

    private static func decoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal)
                else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }

    private static func firstRange(of needle: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        guard let first = needle.first else { return nil }
        var position = bytes.startIndex
        while let found = bytes[position...].firstIndex(of: first) {
            if bytes[found...].starts(with: needle) { return found..<(found + needle.count) }
            position = found + 1
        }
        return nil
    }
}

extension Substring {
    /// Without spaces and tabs at both ends.
    fileprivate var trimmed: String {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
