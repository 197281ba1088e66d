/// Finds the places of one hop (RFC 3263 4.2).
///
/// A number is its own place. A name with a port is looked up for addresses. A name without one is first asked for the
/// service of its transport, whose records name hosts and ports; without records the name's addresses count, and the
/// transport's port. A name without a dot is the local machine's or network's: no service stands under it.
public struct ServerLocation: Sendable {
    /// What name servers are asked.
    public enum Question: Hashable, Sendable {
        case services(String)
        case addresses(String)
    }

    /// What they say.
    public enum Answer: Hashable, Sendable {
        case services([ServiceRecord])
        /// Numeric addresses, the best first.
        case addresses([String])
        /// There is no such name, or nothing of that kind under it.
        case nothing
        /// Nobody said anything that can be understood.
        case failure(String)
    }

    /// Records of one service that are looked at, and places that come of them: others may be lies to keep us busy.
    public static let mostPlaces = 16

    /// What must be asked now, all at once; empty when ``outcome`` is there.
    public private(set) var questions: [Question] = []
    /// At least one place, in the order in which they are to be tried.
    public private(set) var outcome: Result<[SIPTarget], LocationError>?
    private let hop: SIPNextHop
    /// The places of the service in their order, once they are known.
    private var services: [ServiceRecord] = []
    private var addresses: [String: [String]] = [:]
    private var failure: String?

    public init(_ hop: SIPNextHop) {
        self.hop = hop
        if hop.isNumeric {
            outcome = .success([SIPTarget(address: hop.host, port: hop.port)])
        } else if let service = hop.service {
            questions = [.services(service)]
        } else {
            askForHost()
        }
    }

    /// Takes the answer to one of the questions.
    public mutating func take(
        _ answer: Answer, to question: Question, using generator: inout some RandomNumberGenerator
    ) {
        guard let index = questions.firstIndex(of: question) else { return }
        questions.remove(at: index)
        switch question {
        case .services: takeServices(answer, using: &generator)
        case .addresses(let name): takeAddresses(answer, of: name)
        }
    }

    private mutating func takeServices(_ answer: Answer, using generator: inout some RandomNumberGenerator) {
        guard case .services(let records) = answer, !records.isEmpty else { return askForHost() }
        let offered = records.filter { !$0.target.isEmpty && $0.port != 0 }
        guard !offered.isEmpty else {
            outcome = .failure(.notOffered(hop.host))
            return
        }
        services = Array(ServiceOrder.make(offered, using: &generator).prefix(Self.mostPlaces))
        for record in services where !questions.contains(.addresses(record.target)) {
            questions.append(.addresses(record.target))
        }
    }

    /// The name itself is a host.
    private mutating func askForHost() {
        services = [ServiceRecord(target: hop.host, port: hop.port, priority: 0, weight: 0)]
        questions = [.addresses(hop.host)]
    }

    private mutating func takeAddresses(_ answer: Answer, of name: String) {
        switch answer {
        case .addresses(let list): addresses[name] = list
        case .failure(let reason): failure = failure ?? reason
        case .services, .nothing: break
        }
        if questions.isEmpty { finish() }
    }

    private mutating func finish() {
        var places: [SIPTarget] = []
        for record in services {
            for address in addresses[record.target] ?? [] {
                let place = SIPTarget(address: address, port: record.port)
                if !places.contains(place) { places.append(place) }
            }
        }
        if !places.isEmpty {
            outcome = .success(Array(places.prefix(Self.mostPlaces)))
        } else if let failure {
            outcome = .failure(.unanswered(hop.host, reason: failure))
        } else {
            outcome = .failure(.unknown(hop.host))
        }
    }
}
