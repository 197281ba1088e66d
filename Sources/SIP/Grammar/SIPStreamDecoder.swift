/// Cuts a TCP or TLS stream into messages by Content-Length (RFC 3261 clause 18.3).
///
/// Call `append`, then `next` until it returns nil. What it holds is bounded by `limits` plus one `append`. A message
/// that is wrong but has a usable Content-Length throws once and the stream goes on behind it; when the framing is
/// lost, `isBroken` is true, `next` throws the same error forever, and the connection must be closed.
public struct SIPStreamDecoder: Sendable {
    private struct Pending {
        var head: MessageHead
        var bodyLength: Int
    }

    private var buffer: [UInt8] = []
    /// Where the part that is not yet delivered begins.
    private var start = 0
    /// Octets behind `start` that are known to hold no empty line.
    private var searched = 0
    /// A message whose body has not come in full; `start` is then the body's beginning.
    private var pending: Pending?
    private var failure: SIPParseError?
    /// Line feeds since the last message, of which two make a ping.
    private var lineFeeds = 0
    private let limits: SIPLimits

    /// How many keep-alive pings (CRLF CRLF, RFC 5626 clause 4.4.1) came so far; each wants one CRLF back.
    public private(set) var keepAliveCount = 0

    /// A decoder for the beginning of a stream.
    public init(limits: SIPLimits = .standard) { self.limits = limits }

    /// Whether the framing is lost and the connection must be closed.
    public var isBroken: Bool { failure != nil }

    /// Takes octets from the connection, cut anywhere.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        guard failure == nil else { return }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 65536 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next complete message, or nil when more octets are needed.
    public mutating func next() throws(SIPParseError) -> SIPMessage? {
        if let failure { throw failure }
        do throws(SIPParseError) {
            if pending == nil { pending = try readHead() }
        } catch {
            failure = error
            buffer = []
            start = 0
            throw error
        }
        guard let message = pending, buffer.count - start >= message.bodyLength else { return nil }
        let body = Array(buffer[start..<(start + message.bodyLength)])
        start += message.bodyLength
        pending = nil
        return try message.head.message(body: body)
    }

    /// The head of the next message once its empty line has come; throws when the framing is lost.
    private mutating func readHead() throws(SIPParseError) -> Pending? {
        skipLineEnds()
        guard let end = findEmptyLine() else {
            guard buffer.count - start <= limits.head else {
                throw SIPParseError(.tooLarge, "no empty line in \(limits.head) octets", in: "header")
            }
            return nil
        }
        let head = try buffer[start..<end].withUnsafeBufferPointer { bytes in
            Result { () throws(SIPParseError) in try MessageHead(bytes, from: 0, limits: limits) }
        }.get()
        start = end
        searched = 0
        lineFeeds = 0
        do throws(SIPParseError) {
            return Pending(head: head, bodyLength: try bodyLength(of: head))
        } catch {
            throw head.answerable(error)
        }
    }

    private func bodyLength(of head: MessageHead) throws(SIPParseError) -> Int {
        guard let length = try head.contentLength() else {
            throw SIPParseError(.badContentLength, "absent, and a stream needs it", in: "Content-Length")
        }
        guard length <= limits.body else {
            throw SIPParseError(.tooLarge, "more than \(limits.body) octets", in: "body")
        }
        return length
    }

    /// Steps over the line ends between messages and counts the pings in them.
    private mutating func skipLineEnds() {
        while start < buffer.count, buffer[start] == .carriageReturn || buffer[start] == .lineFeed {
            if buffer[start] == .lineFeed {
                lineFeeds += 1
                if lineFeeds == 2 {
                    keepAliveCount += 1
                    lineFeeds = 0
                }
            }
            start += 1
            searched = 0
        }
    }

    /// The offset behind the first empty line, each octet looked at once however the stream is cut.
    private mutating func findEmptyLine() -> Int? {
        var index = start + searched
        while index < buffer.count {
            if buffer[index] == .lineFeed, index > start {
                let previous = buffer[index - 1]
                let isEmpty =
                    previous == .lineFeed
                    || (previous == .carriageReturn && index - 1 > start && buffer[index - 2] == .lineFeed)
                if isEmpty { return index + 1 }
            }
            index += 1
        }
        searched = index - start
        return nil
    }
}
