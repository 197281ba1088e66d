import SIP
import Testing

@Suite("RFC 4475 torture messages")
struct TortureTests {
    @Test("all forty-nine messages are in the table, each once")
    func complete() {
        #expect(TortureMessage.all.count == 49)
        #expect(Set(TortureMessage.all.map(\.name)).count == 49)
    }

    @Test("each message meets its fate", arguments: TortureMessage.all)
    func outcome(_ message: TortureMessage) {
        #expect(Self.outcome(of: message.bytes) == message.outcome)
    }

    @Test("an accepted message survives being written and read again", arguments: TortureMessage.all)
    func roundTrip(_ message: TortureMessage) throws {
        guard message.outcome == .accepted else { return }
        let first = try SIPParser.parse(message.bytes)
        let second = try SIPParser.parse(first.serialized())
        #expect(second.body == first.body)
        #expect(try second.headers.vias == first.headers.vias)
        #expect(try second.headers.from == first.headers.from)
        #expect(try second.headers.to == first.headers.to)
        #expect(try second.headers.cseq == first.headers.cseq)
        #expect(second.request?.uri == first.request?.uri)
        #expect(second.response?.reason == first.response?.reason)
        #expect(
            second.headers.filter { $0.name != .contentLength } == first.headers.filter { $0.name != .contentLength })
    }

    @Test("a refused request can still be answered: the error or the request has what a response needs")
    func recoverable() throws {
        for name in ["clerr", "ncl", "ltgtruri", "lwsruri", "lwsstart", "trws", "badvers", "mcl01"] {
            let message = try TortureMessage.named(name)
            let error = #expect(throws: SIPParseError.self) { try SIPParser.parse(message.bytes) }
            let request = try #require(error?.recoverable, "\(name)")
            #expect(try request.headers.callID.hasPrefix(name + "."))
            #expect(try !request.headers.topVia.host.isEmpty)
            #expect(try request.headers.from.tag != nil)
        }
    }

    private static func outcome(of bytes: [UInt8]) -> TortureOutcome {
        do throws(SIPParseError) {
            switch try SIPParser.parse(bytes) {
            case .request(let request):
                return request.validationFailure().map { .refused($0.status) } ?? .accepted
            case .response(let response):
                return response.matchingProblem() == nil ? .accepted : .dropped
            }
        } catch {
            return error.recoverable == nil ? .dropped : .answered(error.status)
        }
    }
}
