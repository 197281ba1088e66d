import WorkerProtocol

/// Which programs the template has ready, and which it should get ready.
///
/// A program's first sessions bring their text along. One of them is recorded: the events that it received. When the program is used
/// again the template rehearses it with those events, and sessions after that start with code that is parsed. A program whose
/// rehearsal ends the template is not rehearsed again.
struct ProgramTable {
    /// How a session gets its program.
    enum Opening: Equatable {
        /// With its text; its events may be recorded.
        case whole(isRecorded: Bool)
        /// By the number under which the template holds it.
        case held(UInt64)
    }

    /// The events of one session, up to a bound.
    struct Recording: Equatable {
        private(set) var events: [[UInt8]] = []
        private var bytes = 0
        private static let capacity = 64 << 10

        mutating func add(_ event: [UInt8]) {
            guard bytes + event.count <= Self.capacity else {
                // What comes after a gap would not find the scenario as it was.
                bytes = Self.capacity
                return
            }
            bytes += event.count
            events.append(event)
        }
    }

    private enum State {
        case new
        case recorded(Recording)
        case rehearsing(UInt64, Recording)
        case held(UInt64, Recording)
        case unfit
    }

    private var states: [[ScenarioSource]: State] = [:]
    /// The least recently used first.
    private var order: [[ScenarioSource]] = []
    private var rehearsing: [[ScenarioSource]] = []
    private var last: UInt64 = 0
    private let capacity: Int

    init(capacity: Int = 64) { self.capacity = max(1, capacity) }

    /// True while the template owes the end of a rehearsal.
    var isRehearsing: Bool { !rehearsing.isEmpty }

    /// How a new session gets its program, and what the template is told after it has made the session's process.
    mutating func open(_ program: [ScenarioSource]) -> (opening: Opening, frames: [Frame]) {
        let forgotten = touch(program)
        switch states[program, default: .new] {
        case .new:
            states[program] = .new
            return (.whole(isRecorded: true), forgotten)
        case .recorded(let recording):
            last += 1
            states[program] = .rehearsing(last, recording)
            rehearsing.append(program)
            let payload = PieceList.encode(recording.events)
            return (
                .whole(isRecorded: false),
                forgotten + [
                    Frame(kind: .hold, subject: last, payload: Self.payload(of: program)),
                    Frame(kind: .rehearse, subject: last, payload: payload),
                ]
            )
        case .rehearsing, .unfit: return (.whole(isRecorded: false), forgotten)
        case .held(let number, _): return (.held(number), forgotten)
        }
    }

    /// A recorded session has ended in good order.
    mutating func recorded(_ recording: Recording, of program: [ScenarioSource]) {
        if case .new = states[program] { states[program] = .recorded(recording) }
    }

    /// The template has a program ready.
    mutating func rehearsed(_ number: UInt64) {
        guard let program = rehearsing.first else { return }
        rehearsing.removeFirst()
        if case .rehearsing(number, let recording) = states[program] { states[program] = .held(number, recording) }
    }

    /// The template has ended; the result is the program whose rehearsal it did not survive.
    mutating func templateEnded() -> [ScenarioSource]? {
        let guilty = rehearsing.first
        rehearsing.removeAll()
        for (program, state) in states {
            switch state {
            case .rehearsing(_, let recording), .held(_, let recording): states[program] = .recorded(recording)
            case .new, .recorded, .unfit: break
            }
        }
        if let guilty, states[guilty] != nil { states[guilty] = .unfit }
        return guilty
    }

    /// Makes a program the last used one, and drops the one that has not been used for longest when there are too many.
    private mutating func touch(_ program: [ScenarioSource]) -> [Frame] {
        if order.last == program { return [] }
        order.removeAll { $0 == program }
        order.append(program)
        guard order.count > capacity else { return [] }
        switch states.removeValue(forKey: order.removeFirst()) {
        case .rehearsing(let number, _), .held(let number, _): return [Frame(kind: .forget, subject: number)]
        default: return []
        }
    }

    /// Scripts as they travel.
    static func payload(of program: [ScenarioSource]) -> [UInt8] {
        PieceList.encode(program.flatMap { [Array($0.name.utf8), Array($0.text.utf8)] })
    }
}
