import CallControl
import Media
import SDP
import Testing

@testable import VoiceEngine

@Suite("Packets between legs", .serialized)
struct ForwardingTests {
    /// A bench without silence, so that only forwarded packets come out.
    private func quietBench() throws -> MediaBench { try MediaBench { $0.sendsSilence = false } }

    @Test("A packet is passed on untouched but for its numbers and source, which run on over a switch")
    func forwards() throws {
        let bench = try quietBench()
        let (a, b, c) = (try bench.leg(), try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        var heard: [TestPacket] = []
        for number in 0..<3 {
            a.phone.say([UInt8](repeating: UInt8(number), count: 160))
            heard.append(try #require(b.phone.receive()))
        }
        bench.loop.connect(from: c.id, to: b.id)
        bench.settle()
        a.phone.say()
        c.phone.say([UInt8](repeating: 9, count: 160))
        heard.append(try #require(b.phone.receive()))

        #expect(heard.map(\.payload.first) == [0, 1, 2, 9])
        #expect(heard.map(\.payload.count) == [160, 160, 160, 160])
        #expect(heard.map { $0.sequence &- heard[0].sequence } == [0, 1, 2, 3])
        #expect(heard.map(\.marker) == [true, false, false, true])
        #expect(Set(heard.map(\.ssrc)).count == 1)
        #expect(heard[0].ssrc != 0x1234_5678)
        #expect(heard[1].timestamp &- heard[0].timestamp == 160)
        #expect(heard[3].timestamp &- heard[2].timestamp >= 160)
    }

    @Test("One source feeds many legs, each with its own numbers and payload types")
    func feedsMany() throws {
        let bench = try quietBench()
        let (a, b, c) = (try bench.leg(), try bench.leg(.pcma), try bench.leg(events: 96))
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.connect(from: a.id, to: c.id)
        bench.settle()
        let sound = TestSound.encode(TestSound.sine(440, count: 160))
        a.phone.say(sound)
        let (atB, atC) = (try #require(b.phone.receive()), try #require(c.phone.receive()))
        #expect(atC.payload == sound)
        #expect(atB.type == 8 && atC.type == 0)
        #expect(TestSound.level(440, in: TestSound.decode(atB.payload, .aLaw)) > -15)
        a.phone.say([5, 0x8A, 0, 160], type: 101)
        #expect(try #require(c.phone.receive()).type == 96)
        #expect(try #require(b.phone.receive()).type == 101)
    }

    @Test("A-law becomes µ-law and back")
    func transcodes() throws {
        let bench = try quietBench()
        let (a, b) = (try bench.leg(.pcma), try bench.leg(.pcmu))
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.connect(from: b.id, to: a.id)
        bench.settle()
        let sound = TestSound.sine(1000, count: 160)
        a.phone.say(TestSound.encode(sound, .aLaw), type: 8)
        b.phone.say(TestSound.encode(sound, .muLaw), type: 0)
        let (atA, atB) = (try #require(a.phone.receive()), try #require(b.phone.receive()))
        #expect(atA.type == 8 && atB.type == 0)
        for heard in [TestSound.decode(atA.payload, .aLaw), TestSound.decode(atB.payload, .muLaw)] {
            let error = zip(heard, sound).map { abs(Int($0) - Int($1)) }.max() ?? .max
            #expect(error < 600)
        }
    }

    @Test("CSRC list, extension and padding of the source are not passed on")
    func stripsExtras() throws {
        let bench = try quietBench()
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        var bytes = TestPacket(sequence: 1, timestamp: 2, payload: []).bytes
        bytes[0] = 0x80 | 0x20 | 0x10 | 1
        bytes += [1, 2, 3, 4] + [0xBE, 0xDE, 0, 1, 9, 9, 9, 9] + [7, 7, 7] + [0, 2]
        a.phone.send(bytes)
        let raw = try #require(b.phone.receiveBytes())
        #expect(raw[0] == 0x80)
        #expect(Array(raw[12...]) == [7, 7, 7])
    }

    @Test("The first source is believed and then nobody else, until a new address is agreed")
    func learnsOnce() throws {
        let bench = try quietBench()
        let (a, b) = (try bench.leg(), try bench.leg())
        let server = a.phone.server
        // A phone behind NAT: packets come from another port than signalled.
        let (nat, stranger) = (try TestPhone(server: server), try TestPhone(server: server))
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.connect(from: b.id, to: a.id)
        bench.settle()
        nat.say([1])
        #expect(try #require(b.phone.receive()).payload == [1])
        stranger.say([2])
        nat.say([3])
        #expect(try #require(b.phone.receive()).payload == [3])
        b.phone.say([4])
        #expect(try #require(nat.receive()).payload == [4])
        #expect(bench.statistics(a.id)?.foreign == 1)

        bench.loop.setRemote(a.id, MediaRemote(address: "127.0.0.1", port: stranger.port, codec: .pcmu))
        bench.settle()
        b.phone.say([5])
        #expect(try #require(stranger.receive()).payload == [5])
        stranger.say([6])
        #expect(try #require(b.phone.receive()).payload == [6])
    }

    @Test("The device whose place another one takes is believed no more, a leg's far end only at its address")
    func forgetsTheFormerDevice() throws {
        let bench = try quietBench()
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        bench.loop.connect(from: b.id, to: a.id)
        let nat = try TestPhone(server: a.phone.server)
        let signalled = try TestPhone(server: a.phone.server)
        for change in [MediaRemote.Change.otherDevice, .ownLeg] {
            var remote = MediaRemote(address: "127.0.0.1", port: signalled.port, codec: .pcmu)
            remote.change = change
            bench.loop.setRemote(a.id, MediaRemote(address: "127.0.0.1", port: a.phone.port, codec: .pcmu))
            bench.loop.setRemote(a.id, remote)
            bench.settle()
            a.phone.say([1])
            if change == .ownLeg { nat.say([2]) }
            b.phone.say([3])
            #expect(try #require(signalled.receive()).payload == [3], "what is late from before changes nothing")
            let next = change == .ownLeg ? signalled : nat
            next.say([4])
            #expect(try #require(b.phone.receive()).payload == [4])
            b.phone.say([5])
            #expect(try #require(next.receive()).payload == [5])
        }
    }

    @Test("A refresh that names the same address does not open the leg to strangers")
    func refreshKeepsSource() throws {
        let bench = try quietBench()
        let (a, b) = (try bench.leg(), try bench.leg())
        let server = a.phone.server
        let (nat, stranger) = (try TestPhone(server: server), try TestPhone(server: server))
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        nat.say([1])
        #expect(try #require(b.phone.receive()).payload == [1])
        bench.loop.setRemote(a.id, MediaRemote(address: "127.0.0.1", port: a.phone.port, codec: .pcmu))
        bench.settle()
        stranger.say([2])
        nat.say([3])
        #expect(try #require(b.phone.receive()).payload == [3])
    }

    @Test("Garbage, short and cut datagrams and unknown payload types are counted and harm nobody")
    func ignoresGarbage() throws {
        let bench = try quietBench()
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        let good = TestPacket(sequence: 1, timestamp: 2, payload: [1, 2, 3]).bytes
        var generator = SystemRandomNumberGenerator()
        var garbage: [[UInt8]] = [
            [], [0x80], Array(good.prefix(11)), [0] + good.dropFirst(), [0x8F] + good.dropFirst(),
        ]
        garbage.append([0xB0] + good.dropFirst())
        garbage.append(TestPacket(type: 77, sequence: 1, timestamp: 2, payload: [1]).bytes)
        garbage.append([UInt8](repeating: 0x80, count: 3000))
        for length in 0..<200 {
            // Never version 2, so that none of it is an RTP packet by chance.
            garbage.append((0..<length).map { _ in UInt8.random(in: 0...0x7F, using: &generator) })
        }
        for datagram in garbage { a.phone.send(datagram) }
        a.phone.send(TestPacket(sequence: 1, timestamp: 2, payload: [42]))
        #expect(try #require(b.phone.receive()).payload == [42])
        #expect(bench.statistics(a.id)?.malformed == UInt64(garbage.count))
        #expect(bench.statistics(a.id)?.packetsReceived == 1)
    }

    @Test("Nothing is sent to or taken from a far end that does not want it")
    func respectsDirection() throws {
        let bench = try quietBench()
        let (held, other) = (try bench.leg(direction: .inactive), try bench.leg())
        bench.loop.connect(from: held.id, to: other.id)
        bench.loop.connect(from: other.id, to: held.id)
        bench.settle()
        held.phone.say()
        other.phone.say()
        bench.settle()
        #expect(bench.statistics(held.id)?.packetsSent == 0)
        #expect(bench.statistics(other.id)?.packetsSent == 0)
        bench.loop.setRemote(held.id, MediaRemote(address: "127.0.0.1", port: held.phone.port, codec: .pcmu))
        bench.settle()
        other.phone.say([1])
        #expect(try #require(held.phone.receive()).payload == [1])
    }

    @Test("One who holds hears nothing; music that he sends meanwhile is heard, unless he said that he sends none")
    func passesMusicOfHold() throws {
        let bench = try quietBench()
        let (holder, held) = (try bench.leg(direction: .receiveOnly), try bench.leg())
        bench.loop.connect(from: holder.id, to: held.id)
        bench.loop.connect(from: held.id, to: holder.id)
        bench.settle()
        held.phone.say([1])
        #expect(bench.events.wait { $0 == .firstPacket(held.id) } != nil)
        #expect(bench.statistics(holder.id)?.packetsSent == 0)
        holder.phone.say([2])
        #expect(try #require(held.phone.receive()).payload == [2])

        let silent = MediaRemote(
            address: "127.0.0.1", port: holder.phone.port, codec: .pcmu, direction: .inactive)
        bench.loop.setRemote(holder.id, silent)
        bench.settle()
        holder.phone.say([3])
        #expect((0..<100).contains { _ in bench.statistics(holder.id)?.packetsReceived == 2 })
        #expect(bench.statistics(held.id)?.packetsSent == 1)
    }

    @Test("A leg whose source falls silent gets silence until the source speaks again")
    func fillsTheSilenceOfASource() throws {
        let bench = try MediaBench()
        let (a, b) = (try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        a.phone.say([1])
        #expect(b.phone.receive { $0.payload == [1] } != nil)
        #expect(try #require(b.phone.receive(seconds: 5)).payload == [UInt8](repeating: 0xFF, count: 160))
        a.phone.say([2])
        #expect(b.phone.receive { $0.payload == [2] } != nil)
        #expect(b.phone.receive(seconds: 0.2) == nil, "and no longer")
    }

    @Test("IPv6 legs and IPv4 rules are the same")
    func worksOverIPv6() throws {
        let bench = try MediaBench {
            $0.address = "::1"
            $0.sendsSilence = false
        }
        let port = try bench.loop.ports.open()
        let phone = try TestPhone(server: port.number, address: "::1")
        let leg = bench.loop.addLeg(port)
        bench.loop.setRemote(leg, MediaRemote(address: "::1", port: phone.port, codec: .pcmu))
        bench.loop.connect(from: leg, to: leg)
        bench.settle()
        phone.say([7])
        #expect(try #require(phone.receive()).payload == [7])
    }

    @Test("A removed leg frees its port and its listeners, and tells its last figures")
    func removes() throws {
        let bench = try quietBench()
        let (a, b, c) = (try bench.leg(), try bench.leg(), try bench.leg())
        bench.loop.connect(from: a.id, to: b.id)
        bench.settle()
        a.phone.say([1])
        _ = try #require(b.phone.receive())
        bench.loop.removeLeg(a.id)
        let end = bench.events.wait {
            if case .legRemoved(a.id, let figures) = $0 { figures.packetsReceived == 1 } else { false }
        }
        #expect(end != nil)
        bench.loop.connect(from: c.id, to: b.id)
        bench.settle()
        c.phone.say([2])
        #expect(try #require(b.phone.receive()).payload == [2])
        #expect(bench.statistics(a.id) == nil)
    }
}
