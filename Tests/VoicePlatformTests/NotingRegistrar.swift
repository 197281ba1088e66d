import VoiceEngine

@testable import VoicePlatform

/// Notes the lists that it is given; the test says how attempts end.
struct NotingRegistrar: SIPRegistrar {
    let lists: AsyncStream<[OutboundRegistration]>
    let outcomes: AsyncStream<RegistrationOutcome>
    private let list: AsyncStream<[OutboundRegistration]>.Continuation
    private let outcome: AsyncStream<RegistrationOutcome>.Continuation

    init() {
        (lists, list) = AsyncStream.makeStream()
        (outcomes, outcome) = AsyncStream.makeStream()
    }

    func keep(_ registrations: [OutboundRegistration]) async { list.yield(registrations) }
    func end(_ outcome: RegistrationOutcome) { self.outcome.yield(outcome) }
}
