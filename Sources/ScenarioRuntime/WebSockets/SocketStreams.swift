import CallControl
import WorkerProtocol

/// What a script asks of a stream towards a WebSocket.
struct StreamRequest: Equatable {
    var tag = ""
    var encoding = StreamEncoding.linear
    /// JSON for the server.
    var parameters: String?
}

/// The streams of sound of one WebSocket, in both directions.
///
/// A value: what is to be done comes back as actions. Streams of a direction are told apart by their tags, the empty one
/// among them; a new stream silently replaces the one of the same tag.
struct SocketStreams {
    /// Streams of each direction.
    static let limit = 5

    enum Action: Equatable {
        /// A text for the server.
        case send(String)
        case unit(UnitID, UnitCommand)
        case connect(from: UnitID, to: UnitID)
        case disconnect(from: UnitID, to: UnitID)
        /// The server's sound begins.
        case started(tag: String, StreamEncoding, parameters: ScenarioValue?)
        /// The server's sound has been played.
        case ended(tag: String, milliseconds: Int)
        case warn(String)
    }

    private struct Outgoing {
        let unit: UnitID
        let source: UnitID
        var writer: StreamWriter
    }

    private struct Incoming {
        let tag: String
        let encoding: StreamEncoding
        let parameters: ScenarioValue?
        var isSounding = true
        /// No more comes; what waits is still played.
        var isFinishing = false
    }

    private struct Link: Equatable {
        let tag: String
        let sink: UnitID
    }

    private let socket: UnitID
    private var isOpen = false
    private var made = 0
    private var outgoing: [String: Outgoing] = [:]
    private var incoming: [UnitID: Incoming] = [:]
    private var links: [Link] = []
    /// What was asked for before the connection was open.
    private var early: [(source: UnitID, request: StreamRequest)] = []

    init(socket: UnitID) { self.socket = socket }

    /// The WebSocket whose stream a unit is, if it is one.
    static func socket(of unit: UnitID) -> UnitID? {
        unit.rawValue.firstIndex(of: "/").map { UnitID(rawValue: String(unit.rawValue[..<$0])) }
    }

    private mutating func newUnit() -> UnitID {
        made += 1
        return UnitID(rawValue: "\(socket)/\(made)")
    }

    /// The connection is open: streams may begin.
    mutating func opened() -> [Action] {
        isOpen = true
        defer { early = [] }
        return early.flatMap { send(from: $0.source, $0.request) }
    }

    /// The connection is over.
    mutating func closed() -> [Action] {
        let units = outgoing.values.map(\.unit) + incoming.keys
        (outgoing, incoming, links, early) = ([:], [:], [], [])
        isOpen = false
        return units.sorted { $0.rawValue < $1.rawValue }.map { .unit($0, .removeStream) }
    }
}

// MARK: - Towards the server

extension SocketStreams {
    /// Sends a source's sound to the server.
    mutating func send(from source: UnitID, _ request: StreamRequest) -> [Action] {
        guard isOpen else {
            early.removeAll { $0.request.tag == request.tag }
            guard early.count < Self.limit else { return [.warn(Self.fullText)] }
            early.append((source, request))
            return []
        }
        if let present = outgoing[request.tag], present.source == source, present.writer.encoding == request.encoding {
            return []
        }
        var actions = stop(request.tag)
        guard outgoing.count < Self.limit else { return [.warn(Self.fullText)] }
        let unit = newUnit()
        var writer = StreamWriter(tag: request.tag, encoding: request.encoding)
        actions += [
            .unit(unit, .createStreamSink(request.encoding)), .connect(from: source, to: unit),
            .send(writer.start(parameters: request.parameters)),
        ]
        outgoing[request.tag] = Outgoing(unit: unit, source: source, writer: writer)
        return actions
    }

    private static let fullText = "A WebSocket takes \(limit) streams at one time; stop one first."

    /// The source is sent no more, or is gone.
    mutating func stop(from source: UnitID) -> [Action] {
        early.removeAll { $0.source == source }
        return outgoing.filter { $0.value.source == source }.keys.sorted().flatMap { stop($0) }
    }

    private mutating func stop(_ tag: String) -> [Action] {
        guard var stream = outgoing.removeValue(forKey: tag) else { return [] }
        return [.unit(stream.unit, .removeStream), .send(stream.writer.stop())]
    }
}

// MARK: - From the server

extension SocketStreams {
    /// Has a leg or unit hear the server's stream of a tag, now or when it begins.
    mutating func hear(_ tag: String, by sink: UnitID) -> [Action] {
        let link = Link(tag: tag, sink: sink)
        guard !links.contains(link) else { return [] }
        guard links.count < 100 else { return [.warn("A WebSocket is heard by 100 units at most.")] }
        links.append(link)
        return incoming.filter { $0.value.tag == tag }.keys.map { .connect(from: $0, to: sink) }
    }

    /// The sink hears none of the server's streams any more.
    mutating func stopHearing(by sink: UnitID) -> [Action] {
        let tags = links.filter { $0.sink == sink }.map(\.tag)
        links.removeAll { $0.sink == sink }
        return incoming.filter { tags.contains($0.value.tag) }.keys.map { .disconnect(from: $0, to: sink) }
    }

    /// Drops the server's sound that has not been played, of one tag or of all.
    func clear(_ tag: String?) -> [Action] {
        incoming.filter { tag == nil || $0.value.tag == tag }.keys.map { .unit($0, .clearStream) }
    }

    /// Takes a text of the server; nil when it is none about a stream, and the script's.
    mutating func received(_ text: String) -> [Action]? {
        switch StreamMessage(text) {
        case nil: nil
        case .start(let tag, let encoding, let parameters): start(tag, encoding, parameters)
        case .media(let tag, let octets): feed(tag, octets)
        case .stop(let tag): finish(tag)
        }
    }

    private func live(_ tag: String) -> UnitID? {
        incoming.first { $0.value.tag == tag && !$0.value.isFinishing }?.key
    }

    private mutating func start(
        _ tag: String, _ encoding: StreamEncoding, _ parameters: ScenarioValue?
    ) -> [Action] {
        var actions: [Action] = []
        if let former = live(tag) {
            incoming[former] = nil
            actions.append(.unit(former, .removeStream))
        }
        guard incoming.count < Self.limit else { return [.warn(Self.fullText)] }
        let unit = newUnit()
        incoming[unit] = Incoming(tag: tag, encoding: encoding, parameters: parameters)
        actions.append(.unit(unit, .createStreamSource(encoding)))
        actions += links.filter { $0.tag == tag }.map { .connect(from: unit, to: $0.sink) }
        return actions + [.started(tag: tag, encoding, parameters: parameters)]
    }

    private mutating func feed(_ tag: String, _ octets: [UInt8]) -> [Action]? {
        guard let unit = live(tag), let stream = incoming[unit] else { return nil }
        incoming[unit]?.isSounding = true
        let feed = Action.unit(unit, .feed(octets))
        return stream.isSounding
            ? [feed] : [feed, .started(tag: tag, stream.encoding, parameters: stream.parameters)]
    }

    private mutating func finish(_ tag: String) -> [Action]? {
        guard let unit = live(tag) else { return nil }
        incoming[unit]?.isFinishing = true
        return [.unit(unit, .finishStream)]
    }
}

// MARK: - From the engine

extension SocketStreams {
    mutating func handle(_ event: UnitEvent, of unit: UnitID) -> [Action] {
        switch event {
        case .streamFrame(let octets):
            guard let tag = outgoing.first(where: { $0.value.unit == unit })?.key,
                let message = outgoing[tag]?.writer.media(octets)
            else { return [] }
            return [.send(message)]
        case .streamSilent(let milliseconds):
            guard let stream = incoming[unit] else { return [] }
            if stream.isFinishing { incoming[unit] = nil } else { incoming[unit]?.isSounding = false }
            return stream.isSounding ? [.ended(tag: stream.tag, milliseconds: milliseconds)] : []
        default: return []
        }
    }
}
