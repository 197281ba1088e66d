import AsyncHTTPClient
import Logging
import Storage

/// What every part of the controller is made with.
struct ControllerTools: Sendable {
    let configuration: ControllerConfiguration
    let database: Database
    let http: HTTPClient
    let secrets: StoredSecrets
    let clock: any Clock<Duration>
    let now: @Sendable () -> Moment
    let logger: Logger

    /// - Throws: `ControllerError` for a storage key that is none.
    init(
        configuration: ControllerConfiguration, database: Database, http: HTTPClient,
        clock: any Clock<Duration>, now: @escaping @Sendable () -> Moment, logger: Logger
    ) throws {
        self.configuration = configuration
        self.database = database
        self.http = http
        secrets = try StoredSecrets(key: configuration.storageKey)
        self.clock = clock
        self.now = now
        self.logger = logger
    }

    var limits: TimeLimits { configuration.limits }
    var backOff: BackOff { BackOff(first: limits.firstBackOff, longest: limits.longestBackOff) }

    func patrol(_ interval: Duration) -> Patrol { Patrol(interval: interval, clock: clock) }
    func rounds(_ bell: Bell) -> Rounds { Rounds(bell: bell, backOff: backOff, clock: clock, now: now) }
    func locks(_ work: String) -> PortalLocks { PortalLocks(database: database, work: work) }

    /// A bell, and the loop that rings it with what any controller of the database says on the channel.
    func bell(_ channel: NotificationChannel) -> (Bell, @Sendable () async -> Void) {
        let bell = Bell()
        let news = database.notifications(of: channel)
        return (bell, { await bell.follow(news) })
    }
}
