import Synchronization
import VoiceEngine

@testable import VoicePlatform

/// Notes the lists that it is given; the test says how attempts end and who is present.
final class NotingRegistrar: SIPRegistrar {
    let lists: AsyncStream<[OutboundRegistration]>
    let outcomes: AsyncStream<RegistrationOutcome>
    let presences: AsyncStream<Void>
    private let list: AsyncStream<[OutboundRegistration]>.Continuation
    private let outcome: AsyncStream<RegistrationOutcome>.Continuation
    private let presence: AsyncStream<Void>.Continuation
    private let users = Mutex<Set<UserAddress>>([])

    init() {
        (lists, list) = AsyncStream.makeStream()
        (outcomes, outcome) = AsyncStream.makeStream()
        (presences, presence) = AsyncStream.makeStream()
    }

    func keep(_ registrations: [OutboundRegistration]) async { list.yield(registrations) }
    func end(_ outcome: RegistrationOutcome) { self.outcome.yield(outcome) }

    func present(among users: Set<UserAddress>) async -> Set<UserAddress> {
        self.users.withLock { $0.intersection(users) }
    }

    func setPresent(_ users: Set<UserAddress>) {
        self.users.withLock { $0 = users }
        presence.yield()
    }
}
