/// Start line and header fields of a message, with the first mistake that does not keep them from being answered.
struct MessageHead {
    var startLine: StartLine
    var headers: SIPHeaders
    /// The first mistake found.
    var problem: SIPParseError?
    /// The offset of the body, behind the empty line.
    var bodyStart: Int

    /// Reads from `start`, which is no line end, to the empty line.
    init(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, limits: SIPLimits) throws(SIPParseError) {
        var lines = HeadScanner(bytes: bytes, position: start, limits: limits)
        (startLine, problem) = try lines.startLine()
        headers = SIPHeaders()
        headers.reserveCapacity(16)
        while !lines.takeEmptyLine() {
            guard headers.count < limits.headerCount else {
                throw SIPParseError(.tooLarge, "more than \(limits.headerCount) header fields", in: "header")
            }
            guard lines.position < bytes.count else {
                let cut = SIPParseError(.truncated, "expected an empty line behind the header", in: "header")
                problem = problem ?? cut
                break
            }
            do throws(SIPParseError) {
                headers.append(try lines.field())
            } catch {
                if error.code == .tooLarge { throw error }
                problem = problem ?? error
            }
            guard lines.position - start <= limits.head else {
                throw SIPParseError(.tooLarge, "more than \(limits.head) octets of header", in: "header")
            }
        }
        bodyStart = lines.position
    }

    /// The number in Content-Length, or nil when the field is absent.
    func contentLength() throws(SIPParseError) -> Int? {
        guard headers.count(.contentLength) <= 1 else {
            throw SIPParseError(.duplicateHeader, "expected one value", in: "Content-Length")
        }
        return try headers.contentLength
    }

    /// The message with its body; throws the problem, with the request when there is one to answer.
    func message(body: [UInt8]) throws(SIPParseError) -> SIPMessage {
        if let problem { throw answerable(problem) }
        return switch startLine {
        case .request(let method, let uri):
            .request(SIPRequest(method: method, uri: uri, headers: headers, body: body))
        case .response(let status, let reason):
            .response(SIPResponse(status: status, reason: reason, headers: headers, body: body))
        }
    }

    /// The error with the request that it is about.
    func answerable(_ error: SIPParseError) -> SIPParseError {
        guard case .request(let method, let uri) = startLine else { return error }
        var error = error
        error.recoverable = SIPRequest(method: method, uri: uri, headers: headers)
        return error
    }
}

/// Reads the lines of a head one after another.
///
/// A line ends with CRLF or, leniently, with LF alone. A CR that no LF follows is a mistake, for other software may
/// take it for a line end and see other fields than we do.
struct HeadScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    var position: Int
    let limits: SIPLimits

    mutating func startLine() throws(SIPParseError) -> (StartLine, SIPParseError?) {
        let line = try line(limit: limits.startLine, place: "start line")
        return try StartLine.parse(UnsafeBufferPointer(rebasing: bytes[line]))
    }

    mutating func takeEmptyLine() -> Bool {
        guard position < bytes.count else { return false }
        if bytes[position] == .lineFeed {
            position += 1
            return true
        }
        guard bytes[position] == .carriageReturn, position + 1 < bytes.count, bytes[position + 1] == .lineFeed else {
            return false
        }
        position += 2
        return true
    }

    /// The next header field; on a mistake the position is behind its line.
    mutating func field() throws(SIPParseError) -> SIPHeaders.Field {
        let start = position
        while position < bytes.count, ByteClass.isToken(bytes[position]) { position += 1 }
        let name = start..<position
        while position < bytes.count, ByteClass.isWhitespace(bytes[position]) { position += 1 }
        guard !name.isEmpty, position < bytes.count, bytes[position] == .colon else {
            _ = try line(limit: limits.headerField, place: "header")
            throw SIPParseError(.malformedHeader, "expected a name and a colon", in: "header", at: start)
        }
        position += 1
        let first = try line(limit: limits.headerField, place: "header")
        let header = SIPHeaderName(octets: UnsafeBufferPointer(rebasing: bytes[name]))
        guard position < bytes.count, ByteClass.isWhitespace(bytes[position]) else {
            return SIPHeaders.Field(name: header, value: text(trimmed(first)))
        }
        return SIPHeaders.Field(name: header, value: try unfolded(first))
    }

    /// Joins the lines that begin with white space to the first, by one space each.
    private mutating func unfolded(_ first: Range<Int>) throws(SIPParseError) -> String {
        var value = Array(bytes[trimmed(first)])
        while position < bytes.count, ByteClass.isWhitespace(bytes[position]) {
            let next = trimmed(try line(limit: limits.headerField, place: "header"))
            if !value.isEmpty, !next.isEmpty { value.append(.space) }
            value += bytes[next]
            guard value.count <= limits.headerField else {
                throw SIPParseError(.tooLarge, "more than \(limits.headerField) octets", in: "header")
            }
        }
        return String(decoding: value, as: UTF8.self)
    }

    /// The rest of the line without its end; moves behind the end.
    private mutating func line(limit: Int, place: String) throws(SIPParseError) -> Range<Int> {
        let start = position
        var strayReturn = false
        while position < bytes.count {
            let byte = bytes[position]
            if byte == .lineFeed { break }
            if byte == .carriageReturn {
                if position + 1 < bytes.count, bytes[position + 1] == .lineFeed { break }
                strayReturn = true
            }
            position += 1
        }
        let end = position
        if position < bytes.count { position += bytes[position] == .lineFeed ? 1 : 2 }
        guard end - start <= limit else {
            throw SIPParseError(.tooLarge, "more than \(limit) octets", in: place)
        }
        guard !strayReturn else {
            let code: SIPParseError.Code = place == "header" ? .malformedHeader : .malformedStartLine
            throw SIPParseError(code, "a carriage return that no line feed follows", in: place, at: start)
        }
        return start..<end
    }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var lower = range.lowerBound
        var upper = range.upperBound
        while lower < upper, ByteClass.isWhitespace(bytes[lower]) { lower += 1 }
        while lower < upper, ByteClass.isWhitespace(bytes[upper - 1]) { upper -= 1 }
        return lower..<upper
    }

    private func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }
}
