import NIOCore
import Synchronization
import VoiceEngine

/// Keeps registrations at other registrars.
protocol SIPRegistrar: Sendable {
    /// Registers what is new or different in the list, and takes back what is no longer in it.
    func keep(_ registrations: [OutboundRegistration]) async
    /// How attempts have ended, in order; one reader.
    var outcomes: AsyncStream<RegistrationOutcome> { get }
    /// Those of the users who have a phone that is registered here now; `presences` tells when others have.
    func present(among users: Set<UserAddress>) async -> Set<UserAddress>
    /// Something has changed among the users that were asked for last; one reader.
    var presences: AsyncStream<Void> { get }
}

/// The engine as the registrar's client.
struct EngineRegistrar: SIPRegistrar {
    let outcomes: AsyncStream<RegistrationOutcome>
    let presences: AsyncStream<Void>
    private let watched = Watched()
    private let engine: VoiceEngine

    /// Outcomes that wait to be noted; when the database stands still, the oldest are lost.
    private static let maximumWaiting = 10_000

    /// The users whose coming and going is news.
    private final class Watched: Sendable {
        let users = Mutex<Set<UserAddress>>([])
    }

    /// - Parameter engine: Not started yet.
    init(_ engine: VoiceEngine) {
        let (stream, waiting) = AsyncStream.makeStream(
            of: RegistrationOutcome.self, bufferingPolicy: .bufferingNewest(Self.maximumWaiting))
        engine.onRegistration = { waiting.yield($0) }
        outcomes = stream
        // One change that waits stands for all: who is present is asked when its turn comes.
        let (presences, changes) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        engine.onPresence = { [watched] user in
            if watched.users.withLock({ $0.contains(user) }) { changes.yield() }
        }
        self.presences = presences
        self.engine = engine
    }

    func present(among users: Set<UserAddress>) async -> Set<UserAddress> {
        watched.users.withLock { $0 = users }
        guard !users.isEmpty else { return [] }
        let found = try? await engine.eventLoop.submit { [engine] in users.filter { engine.phoneCount(of: $0) > 0 } }
            .get()
        return found ?? []
    }

    func keep(_ registrations: [OutboundRegistration]) async {
        // Fails only when the loop has ended, and all registrations with it.
        try? await engine.eventLoop.submit { [engine] in engine.keep(registrations) }.get()
    }
}
