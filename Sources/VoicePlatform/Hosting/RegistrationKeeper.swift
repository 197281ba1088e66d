import CallControl
import Logging
import ServiceLifecycle
import Storage
import VoiceEngine

/// Hands what is to be registered to the registrar, and notes in the database what has become of it.
///
/// Registrations that are not persistent are handed over while their user has a phone here.
final class RegistrationKeeper: Service {
    private let database: Database
    private let registrar: any SIPRegistrar
    private let platformDomain: String
    private let clock: @Sendable () -> UnixTime
    private let logger: Logger
    private let changes: AsyncStream<Void>
    private let change: AsyncStream<Void>.Continuation

    init(
        database: Database, registrar: any SIPRegistrar, platformDomain: String,
        clock: @escaping @Sendable () -> UnixTime, logger: Logger
    ) {
        self.database = database
        self.platformDomain = platformDomain
        self.registrar = registrar
        self.clock = clock
        self.logger = logger
        // One that waits stands for all: the list is read when its turn comes.
        (changes, change) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        changed()
    }

    /// Other registrations are to be kept than before.
    func changed() { change.yield() }

    func run() async {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { for await _ in self.changes { await self.refresh() } }
                group.addTask { for await _ in self.registrar.presences { self.changed() } }
                group.addTask { for await outcome in self.registrar.outcomes { await self.note(outcome) } }
            }
        }
    }

    /// Gives the registrar the present list.
    private func refresh() async {
        do {
            let domain = platformDomain
            let (always, attendants) = try await database.read { transaction in
                let store = SIPRegistrationStore(transaction: transaction)
                return (try store.wanted(), try store.attendants(platformDomain: domain))
            }
            let present = await registrar.present(among: Set(attendants.map(\.user)))
            let (kept, left) = (
                attendants.filter { present.contains($0.user) }, attendants.filter { !present.contains($0.user) }
            )
            await registrar.keep(always + kept.map(\.registration))
            let takenBack = left.filter(\.hasOutcome).map(\.registration.id)
            guard !takenBack.isEmpty else { return }
            let now = clock()
            try await database.write { try SIPRegistrationStore(transaction: $0).noteTakenBack(takenBack, at: now) }
        } catch {
            logger.error("registrations could not be read; check the disk", metadata: ["error": "\(error)"])
        }
    }

    /// Notes how an attempt has ended.
    func note(_ outcome: RegistrationOutcome) async {
        let now = clock()
        do {
            try await database.write { try SIPRegistrationStore(transaction: $0).note(outcome, at: now) }
        } catch {
            logger.error("registration could not be noted; check the disk", metadata: ["error": "\(error)"])
        }
    }
}
