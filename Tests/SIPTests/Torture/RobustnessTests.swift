import SIP
import Testing

@Suite("Robustness against broken messages")
struct RobustnessTests {
    @Test("no prefix of a message traps, neither as datagram nor as stream", arguments: TortureMessage.all)
    func prefixes(_ message: TortureMessage) {
        var looks = 0
        for length in 0...message.bytes.count {
            // A prefix differs from the one before only in its last field.
            looks += Probe.look(at: message.bytes[..<length], fields: 1)
        }
        #expect(looks == message.bytes.count + 1)
    }

    @Test("no message with one wrong octet traps", arguments: TortureMessage.all)
    func mutations(_ message: TortureMessage) {
        var generator = SplitMix(seed: 0x5349_5020)
        var looks = 0
        for _ in 0..<100 {
            var bytes = message.bytes
            let index = Int(generator.next() % UInt64(bytes.count))
            bytes[index] = Probe.interesting[Int(generator.next() % UInt64(Probe.interesting.count))]
            looks += Probe.look(at: bytes[...], fields: .max)
        }
        #expect(looks == 100)
    }

    @Test("random octets are no message and do not trap")
    func noise() {
        var generator = SplitMix(seed: 7)
        for length in 0..<400 {
            let bytes = (0..<length).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
            #expect(throws: SIPParseError.self) { try SIPParser.parse(bytes) }
        }
    }
}

/// A small generator with a seed, so that a failure can be repeated.
private struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Reads everything that can be read of a message.
private enum Probe {
    /// Octets that mean something to some grammar, and some that mean nothing.
    static let interesting = Array("\u{0}\t\n\r \"%()*,-./09:;<=>?@A[\\]az{}~\u{7F}".utf8) + [0x80, 0xC3, 0xFF]

    /// Parses as datagram and as stream, touches every accessor, and reads the last `fields` values as every type; one
    /// for each look taken.
    static func look(at bytes: ArraySlice<UInt8>, fields: Int) -> Int {
        do throws(SIPParseError) {
            touch(try SIPParser.parse(bytes), fields)
        } catch {
            if let request = error.recoverable { touch(.request(request), fields) }
        }
        var decoder = SIPStreamDecoder()
        decoder.append(bytes)
        while (try? decoder.next()) != nil {}
        return 1
    }

    private static func touch(_ message: SIPMessage, _ fields: Int) {
        let headers = message.headers
        _ = (try? headers.vias, try? headers.topVia, try? headers.from, try? headers.to, try? headers.callID)
        _ = (try? headers.cseq, try? headers.contacts, try? headers.recordRoutes, try? headers.routes)
        _ = (try? headers.maxForwards, try? headers.expires, try? headers.contentType, try? headers.contentLength)
        _ = (try? headers.allow, try? headers.supported, try? headers.require, try? headers.proxyRequire)
        _ = (try? headers.sessionExpires, try? headers.minSE, try? headers.retryAfter, try? headers.replaces)
        _ = (try? headers.referTo, try? headers.wwwAuthenticate, try? headers.authorization, try? headers.rAck)
        for field in headers.suffix(fields) { readAsEveryType(field.value) }
        _ = message.request?.validationFailure(role: .forwarding)
        _ = message.response?.matchingProblem()
        _ = message.serialized()
    }

    private static func readAsEveryType(_ value: String) {
        _ = (try? SIPURI(parsing: value), try? NameAddress(parsing: value), try? Via(parsing: value))
        _ = (try? CSeq(parsing: value), try? RAck(parsing: value), try? Replaces(parsing: value))
        _ = (try? MediaType(parsing: value), try? SessionExpires(parsing: value))
        _ = (try? DigestChallenge(parsing: value), try? DigestCredentials(parsing: value))
        if let uri = try? SIPURI(parsing: value) { _ = (uri.isEquivalent(to: uri), uri.description, uri.user) }
    }
}
