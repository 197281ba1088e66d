import NIOCore
import VoiceEngine

/// Keeps registrations at other registrars.
protocol SIPRegistrar: Sendable {
    /// Registers what is new or different in the list, and takes back what is no longer in it.
    func keep(_ registrations: [OutboundRegistration]) async
    /// How attempts have ended, in order; one reader.
    var outcomes: AsyncStream<RegistrationOutcome> { get }
}

/// The engine as the registrar's client.
struct EngineRegistrar: SIPRegistrar {
    let outcomes: AsyncStream<RegistrationOutcome>
    private let engine: VoiceEngine

    /// Outcomes that wait to be noted; when the database stands still, the oldest are lost.
    private static let maximumWaiting = 10_000

    /// - Parameter engine: Not started yet.
    init(_ engine: VoiceEngine) {
        let (stream, waiting) = AsyncStream.makeStream(
            of: RegistrationOutcome.self, bufferingPolicy: .bufferingNewest(Self.maximumWaiting))
        engine.onRegistration = { waiting.yield($0) }
        outcomes = stream
        self.engine = engine
    }

    func keep(_ registrations: [OutboundRegistration]) async {
        // Fails only when the loop has ended, and all registrations with it.
        try? await engine.eventLoop.submit { [engine] in engine.keep(registrations) }.get()
    }
}
