/// The first line of a message, as far as it could be understood.
enum StartLine {
    case request(SIPMethod, SIPURI)
    case response(Int, String)

    /// Stands where a request line holds no URI, so that the rest can still be answered.
    static let unreadableURI = SIPURI(scheme: "invalid", opaque: "")

    /// Reads `Method SP Request-URI SP SIP-Version` or `SIP-Version SP Status-Code SP Reason-Phrase`.
    ///
    /// A line that is no status line and begins with no method throws. A request line that is wrong after its method
    /// gives the line with a problem.
    static func parse(_ line: UnsafeBufferPointer<UInt8>) throws(SIPParseError) -> (StartLine, SIPParseError?) {
        isStatusLine(line) ? (try statusLine(line), nil) : try requestLine(line)
    }

    private static func error(_ message: String, at offset: Int) -> SIPParseError {
        SIPParseError(.malformedStartLine, message, in: "start line", at: offset)
    }

    private static func isStatusLine(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        startsWithVersion(line) && line.count > 7 && line[7] == .space
    }

    /// Whether the octets begin with `SIP/2.0` in any case.
    private static func startsWithVersion(_ line: some Collection<UInt8>) -> Bool {
        line.count >= 7 && zip(line, "sip/2.0".utf8).allSatisfy { ByteClass.lowercased($0) == $1 }
    }

    private static func statusLine(_ line: UnsafeBufferPointer<UInt8>) throws(SIPParseError) -> StartLine {
        var status = 0
        var position = 8
        while position < line.count, ByteClass.isDigit(line[position]), position < 11 {
            status = status * 10 + Int(line[position] &- 0x30)
            position += 1
        }
        guard position == 11, (100...699).contains(status), position == line.count || line[position] == .space else {
            throw error("expected a status from 100 to 699", at: 8)
        }
        let phrase = line[min(position + 1, line.count)...]
        return .response(status, String(decoding: UnsafeBufferPointer(rebasing: phrase), as: UTF8.self))
    }

    private static func requestLine(
        _ line: UnsafeBufferPointer<UInt8>
    ) throws(SIPParseError) -> (StartLine, SIPParseError?) {
        var position = 0
        while position < line.count, ByteClass.isToken(line[position]) { position += 1 }
        guard position > 0, position < line.count, line[position] == .space else {
            throw error("expected a method and a space, or SIP/2.0", at: position)
        }
        let name = UnsafeBufferPointer(rebasing: line[..<position])
        let method = SIPMethod(rawValue: String(decoding: name, as: UTF8.self))
        guard let lastSpace = line.lastIndex(of: .space), lastSpace > position + 1 else {
            return (.request(method, unreadableURI), error("expected a Request-URI and a version", at: position))
        }
        return requestLine(line, method, uri: (position + 1)..<lastSpace)
    }

    private static func requestLine(
        _ line: UnsafeBufferPointer<UInt8>, _ method: SIPMethod, uri range: Range<Int>
    ) -> (StartLine, SIPParseError?) {
        var problem: SIPParseError?
        var uri = unreadableURI
        do throws(SIPParseError) {
            uri = try SIPURI(GrammarScanner(Array(line[range]), place: "Request-URI"))
        } catch {
            problem = error
        }
        let version = line[(range.upperBound + 1)...]
        if !(startsWithVersion(version) && version.count == 7) {
            let expected = "expected SIP/2.0 and the end of the line"
            problem =
                isVersion(version)
                ? SIPParseError(.unsupportedVersion, "expected SIP/2.0", in: "start line", at: range.upperBound)
                : problem ?? error(expected, at: range.upperBound)
        }
        return (.request(method, uri), problem)
    }

    /// Whether the octets are `SIP/` digits `.` digits, of whatever number.
    private static func isVersion(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard text.count > 4, zip(text, "sip/".utf8).allSatisfy({ ByteClass.lowercased($0) == $1 }) else {
            return false
        }
        return text.dropFirst(4).allSatisfy { ByteClass.isDigit($0) || $0 == .dot }
    }
}
