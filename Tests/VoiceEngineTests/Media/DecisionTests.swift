import Testing

@testable import VoiceEngine

@Suite("Whom a leg believes")
struct SourceLearningTests {
    private typealias Packet = (fit: SourceLearning.Fit, at: UInt64)

    /// What was said to each of the packets.
    private func verdicts(_ packets: [Packet]) -> [Bool] {
        var learning = SourceLearning()
        return packets.map { learning.accept($0.fit, at: $0.at) }
    }

    @Test("The signalled address is believed for good")
    func exactIsFinal() {
        #expect(verdicts([(.exact, 0), (.stranger, 1), (.exact, 2)]) == [true, false, false])
    }

    @Test("A stranger who is first gives way to a better fit for a short while only")
    func betterFitWins() {
        let end = SourceLearning.window
        #expect(
            verdicts([(.stranger, 0), (.stranger, 1), (.host, end - 2), (.host, end - 1), (.exact, end)])
                == [true, false, true, false, true])
        #expect(verdicts([(.stranger, 0), (.host, end)]) == [true, false])
        #expect(verdicts([(.stranger, 0), (.exact, end - 1)]) == [true, true])
    }
}

@Suite("Which port pair is next")
struct PortAllocatorTests {
    private let start = ContinuousClock.now

    @Test("A taken pair is not given twice, a released one not before its quarantine is over")
    func quarantines() {
        var allocator = PortAllocator(pairCount: 2, quarantine: .seconds(10))
        let first = [allocator.take(1, at: start), allocator.take(1, at: start)]
        allocator.release(1, at: start)
        let later = [9, 10].map { allocator.take(1, at: start + .seconds($0)) }
        #expect(first == [true, false])
        #expect(later == [false, true])
    }

    @Test("A pair that could not be bound may be tried again at once")
    func refuses() {
        var allocator = PortAllocator(pairCount: 1, quarantine: .seconds(10))
        let first = allocator.take(0, at: start)
        allocator.refuse(0)
        let again = allocator.take(0, at: start)
        #expect(first && again)
    }
}

@Suite("The port pool")
struct PortPoolTests {
    private func pool(_ range: ClosedRange<UInt16>, address: String = "127.0.0.1") throws -> PortPool {
        var configuration = MediaConfiguration(address: address, portRange: range)
        configuration.quarantine = .zero
        return try PortPool(configuration: configuration)
    }

    @Test("RTP gets even ports of the range, until none is left")
    func exhausts() throws {
        let pool = try pool(31_001...31_006)
        #expect(pool.capacity == 2)
        var ports = [try pool.open(), try pool.open()]
        #expect(Set(ports.map(\.number)) == [31_002, 31_004])
        #expect(throws: MediaError.portsExhausted(31_001...31_006)) { try pool.open() }
        ports.removeFirst()
        ports.append(try pool.open())
        #expect(Set(ports.map(\.number)) == [31_002, 31_004])
    }

    @Test("A pair of which another program has a port is passed over")
    func skipsForeign() throws {
        let other = try pool(31_011...31_014)
        let taken = try other.open()
        let pool = try pool(31_011...31_014)
        #expect(throws: MediaError.portsExhausted(31_011...31_014)) { _ = (try pool.open(), try pool.open()) }
        #expect(taken.number == 31_012)
    }

    @Test("Bad configurations are refused with what is wrong")
    func refusesConfiguration() throws {
        #expect(throws: MediaError.invalidAddress("localhost")) { try pool(2000...3000, address: "localhost") }
        #expect(throws: MediaError.emptyPortRange(2001...2002)) { try pool(2001...2002) }
        let foreign = try pool(31_020...31_030, address: "192.0.2.1")
        #expect(throws: MediaError.socketRefused(address: "192.0.2.1", errno: 99)) { try foreign.open() }
    }

    @Test("IPv6 works as IPv4 does")
    func opensIPv6() throws {
        let port = try pool(31_040...31_049, address: "::1").open()
        #expect(port.address == "::1")
    }
}
