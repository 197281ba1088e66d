import CMediaIO
import CallControl
import Media
import SDP

@testable import VoiceEngine

/// A media graph without a thread: the test takes packets and makes ticks itself, so that what comes out is exact.
final class SteppedGraph {
    let graph: MediaGraph
    let events = EventLog()
    private let path: PacketPath
    private let ports: PortPool
    private let recordings = RecordingQueue()
    private var lastID: UInt64 = 0
    private var now: UInt64 = 10_000_000

    init() throws {
        var configuration = MediaConfiguration(address: "127.0.0.1", portRange: 20_000...29_999)
        configuration.quarantine = .zero
        configuration.comfortNoise = nil
        // No report and no complaint about silence within a test.
        configuration.reportInterval = .seconds(100_000)
        configuration.silenceTimeout = .seconds(100_000)
        ports = try PortPool(configuration: configuration)
        let events = events
        graph = MediaGraph(
            configuration: configuration, capacity: ports.capacity, recordings: recordings,
            events: { events.append($0) })
        path = PacketPath(graph: graph)
    }

    /// An agreed leg and the phone at its far end.
    func leg(_ codec: AudioCodec = .pcmu) throws -> SteppedLeg {
        let port = try ports.open()
        let phone = try TestPhone(server: port.number)
        lastID += 1
        let id = LegID(rawValue: lastID)
        guard let slot = graph.add(id, port) else { throw MediaError.portsExhausted(20_000...29_999) }
        let leg = SteppedLeg(id: id, slot: slot, phone: phone)
        agree(leg, on: codec)
        return leg
    }

    func agree(_ leg: SteppedLeg, on codec: AudioCodec) {
        leg.codec = codec
        let remote = MediaRemote(
            address: "127.0.0.1", port: leg.phone.port, codec: codec, telephoneEventType: 101)
        perform(.setRemote(leg.id, remote))
    }

    func unit(_ plan: MediaUnitPlan) -> MediaUnitID {
        lastID += 1
        let unit = MediaUnitID(rawValue: lastID)
        perform(.addUnit(unit, plan))
        return unit
    }

    func perform(_ commands: MediaCommand...) { for command in commands { graph.perform(command, at: now) } }

    /// The leg speaks in the conference and hears it.
    func join(_ legs: [SteppedLeg], _ conference: MediaUnitID) {
        for leg in legs {
            perform(.connect(from: .leg(leg.id), to: .unit(conference)))
            perform(.connect(from: .unit(conference), to: .leg(leg.id)))
        }
    }

    /// 20 ms of a leg's far end arrive.
    func say(_ octets: [UInt8], _ leg: SteppedLeg) {
        leg.phone.say(octets, type: leg.codec.staticPayloadType)
        receive(leg)
    }

    /// Takes one packet that has come.
    func receive(_ leg: SteppedLeg) { path.receive(leg.slot, at: now) }

    /// The clock of the media thread beats once.
    func tick() {
        now += 20_000
        graph.tick(frames: 1, at: now)
    }

    /// What the leg's far end was sent in the last tick.
    func heard(_ leg: SteppedLeg) -> [UInt8]? {
        // The port behind another test's phone may be this one's: its RTCP is not meant here.
        leg.phone.receive(seconds: 0) { $0.type == leg.codec.staticPayloadType }?.payload
    }

    /// Waits until the files of recordings are complete.
    func drain() { recordings.drain() }
}

/// A leg of a ``SteppedGraph``.
final class SteppedLeg {
    let id: LegID
    let slot: Int32
    let phone: TestPhone
    var codec = AudioCodec.pcmu

    init(id: LegID, slot: Int32, phone: TestPhone) {
        self.id = id
        self.slot = slot
        self.phone = phone
    }
}
