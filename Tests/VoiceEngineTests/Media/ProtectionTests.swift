import Media
import SDP
import Testing

@testable import VoiceEngine

/// The far end of an encrypted leg: seals what the phone sends and opens what it hears.
private struct SealedPhone {
    let leg: TestLeg
    let control: TestPhone
    let sealing: SRTPSession
    let opening: SRTPSession

    /// A leg of the bench whose far end this is.
    init(_ bench: MediaBench, _ suite: CryptoSuite) throws {
        let own = try #require(MediaKey(suite, octets: [UInt8](repeating: 1, count: suite.keyLength)))
        let peer = try #require(MediaKey(suite, octets: [UInt8](repeating: 2, count: suite.keyLength)))
        let port = try bench.loop.ports.open()
        let phone = try TestPhone(server: port.number)
        control = try TestPhone(server: port.number + 1)
        leg = TestLeg(id: bench.loop.addLeg(port), phone: phone)
        var remote = MediaRemote(address: "127.0.0.1", port: phone.port, codec: .pcmu, telephoneEventType: 101)
        remote.controlPort = control.port
        remote.protection = AgreedProtection(own: own, peer: peer)
        bench.loop.setRemote(leg.id, remote)
        sealing = try #require(SRTPSession(peer, .sending))
        opening = try #require(SRTPSession(own, .receiving))
    }

    func seal(_ packet: TestPacket) throws -> [UInt8] {
        var bytes = packet.bytes + [UInt8](repeating: 0, count: SRTPStream.trailer)
        let count = try bytes.withUnsafeMutableBytes { buffer in
            try #require(buffer.baseAddress.flatMap { sealing.stream.protect($0, count: packet.bytes.count) })
        }
        return Array(bytes.prefix(count))
    }

    func open(_ bytes: [UInt8]) -> TestPacket? {
        var bytes = bytes
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.flatMap { try? opening.stream.unprotect($0, count: buffer.count).get() }
        }
        return count.flatMap { TestPacket(Array(bytes.prefix($0))) }
    }
}

@Suite("Encrypted sound", .serialized)
struct ProtectionTests {
    private func quietBench() throws -> MediaBench { try MediaBench { $0.sendsSilence = false } }

    @Test("The library knows every suite") func knowsSuites() {
        #expect(SRTPSession.suites == CryptoSuite.allCases)
    }

    @Test("Plain sound leaves sealed for each far end, with its own key", arguments: CryptoSuite.allCases)
    func seals(suite: CryptoSuite) throws {
        let bench = try quietBench()
        let source = try bench.leg()
        let (sealed, plain) = (try SealedPhone(bench, suite), try bench.leg())
        bench.loop.connect(from: source.id, to: sealed.leg.id)
        bench.loop.connect(from: source.id, to: plain.id)
        bench.settle()
        for number in 0..<5 {
            let sound = [UInt8](repeating: UInt8(number), count: 160)
            source.phone.say(sound)
            let bytes = try #require(sealed.leg.phone.receiveBytes())
            #expect(!bytes.contains(sound), "the payload is not to be read")
            #expect(sealed.open(bytes)?.payload == sound)
            #expect(plain.phone.receive()?.payload == sound, "the next listener gets what was said")
        }
    }

    @Test("Sealed sound is opened, passed on and recorded", arguments: CryptoSuite.allCases)
    func opens(suite: CryptoSuite) throws {
        let bench = try quietBench()
        let sealed = try SealedPhone(bench, suite)
        let listener = try bench.leg(.pcma)
        bench.loop.connect(from: sealed.leg.id, to: listener.id)
        bench.settle()
        for number in 0..<5 {
            let sound = TestSound.encode(TestSound.sine(440, count: 160, from: number * 160))
            let packet = TestPacket(sequence: UInt16(number), timestamp: UInt32(number * 160), payload: sound)
            sealed.leg.phone.send(try sealed.seal(packet))
            let heard = try #require(listener.phone.receive())
            #expect(TestSound.level(440, in: TestSound.decode(heard.payload, .aLaw)) > -15)
        }
        let figures = try #require(bench.statistics(sealed.leg.id))
        #expect(figures.packetsReceived == 5 && figures.bytesReceived == 800)
        #expect(figures.forged == 0 && figures.replayed == 0)
    }

    @Test("Forged, repeated and plain packets are dropped and counted, and teach no address")
    func refuses() throws {
        let bench = try quietBench()
        let sealed = try SealedPhone(bench, .aesCM128HMACSHA1Tag80)
        let listener = try bench.leg()
        bench.loop.connect(from: sealed.leg.id, to: listener.id)
        let stranger = try TestPhone(server: sealed.leg.phone.server)
        bench.settle()
        stranger.send(TestPacket(sequence: 1, timestamp: 1, payload: [UInt8](repeating: 9, count: 160)))
        let good = try sealed.seal(TestPacket(sequence: 2, timestamp: 160, payload: [UInt8](repeating: 3, count: 160)))
        var changed = good
        changed[50] ^= 1
        sealed.leg.phone.send(changed)
        sealed.leg.phone.send(Array(good.prefix(14)))
        sealed.leg.phone.send(good)
        sealed.leg.phone.send(good)
        #expect(listener.phone.receive()?.payload.first == 3)
        let last = try sealed.seal(TestPacket(sequence: 3, timestamp: 320, payload: [UInt8](repeating: 4, count: 160)))
        sealed.leg.phone.send(last)
        #expect(listener.phone.receive()?.payload.first == 4, "nothing came between")
        let figures = try #require(bench.statistics(sealed.leg.id))
        #expect(figures.forged == 3)
        #expect(figures.replayed == 1)
        #expect(figures.packetsReceived == 2)
        #expect(figures.foreign == 0)
    }

    @Test("A new description with the same keys does not begin the count again")
    func keepsState() throws {
        let bench = try quietBench()
        let sealed = try SealedPhone(bench, .aesCM128HMACSHA1Tag80)
        let source = try bench.leg()
        bench.loop.connect(from: source.id, to: sealed.leg.id)
        bench.settle()
        source.phone.say()
        let first = try #require(sealed.leg.phone.receiveBytes())
        #expect(sealed.open(first) != nil)
        let packet = try sealed.seal(TestPacket(sequence: 9, timestamp: 9, payload: [1, 2, 3]))
        sealed.leg.phone.send(packet)
        var remote = MediaRemote(
            address: "127.0.0.1", port: sealed.leg.phone.port, codec: .pcmu, direction: .sendReceive)
        remote.protection = AgreedProtection(own: sealed.opening.key, peer: sealed.sealing.key)
        bench.settle()
        bench.loop.setRemote(sealed.leg.id, remote)
        bench.settle()
        sealed.leg.phone.send(packet)
        source.phone.say()
        #expect(try #require(sealed.leg.phone.receiveBytes()).isEmpty == false)
        #expect(try #require(bench.statistics(sealed.leg.id)).replayed == 1)
    }

    @Test("Reports are sealed both ways", arguments: CryptoSuite.allCases)
    func sealsReports(suite: CryptoSuite) throws {
        let bench = try MediaBench { $0.reportInterval = .milliseconds(100) }
        let sealed = try SealedPhone(bench, suite)
        bench.settle()
        var bytes = try #require(sealed.control.receiveBytes())
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.flatMap { try? sealed.opening.stream.unprotectControl($0, count: buffer.count).get() }
        }
        let report = Array(bytes.prefix(try #require(count, "sealed with the leg's key")))
        #expect(report.withUnsafeBytes { RTCPPacket.parse($0) }?.isEmpty == false)

        let own = RTCPPacket.datagram([.receiverReport(ssrc: SynchronizationSource(rawValue: 5), [])])
        sealed.control.send(own)
        var answer = own + [UInt8](repeating: 0, count: SRTPStream.trailer)
        let length = answer.withUnsafeMutableBytes { buffer in
            buffer.baseAddress.flatMap { sealed.sealing.stream.protectControl($0, count: own.count) }
        }
        let good = Array(answer.prefix(try #require(length)))
        sealed.control.send(good)
        sealed.control.send(good)
        // The figures are asked for on another way than packets take: each look gives the thread time for them.
        for _ in 0..<500 where (bench.statistics(sealed.leg.id)?.replayed ?? 0) == 0 {
            _ = sealed.control.receiveBytes()
        }
        let figures = try #require(bench.statistics(sealed.leg.id))
        #expect(figures.forged == 1)
        #expect(figures.replayed == 1)
        #expect(figures.malformed == 0)
    }

    @Test("A wrong number of octets is no key") func checksKeys() {
        for suite in CryptoSuite.allCases {
            #expect(MediaKey(suite, octets: [UInt8](repeating: 1, count: suite.keyLength - 1)) == nil)
            #expect(MediaKey(suite, octets: [UInt8](repeating: 1, count: suite.keyLength + 1)) == nil)
        }
    }
}
