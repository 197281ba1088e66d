import Synchronization

/// Where portals stand until an account can be made for them: each once, however often it asks.
///
/// Whoever has stood for ``patience`` is told to come again, and when; the portal keeps its place meanwhile, and its account
/// is made when its turn comes. So a storm of new portals costs one turn each, whether they wait or not.
final class ProvisioningQueue: Sendable {
    typealias Work = @Sendable () async throws -> Account

    /// How long a request stands at most.
    static let patience = Duration.seconds(5)
    /// What is told of when to come again.
    private static let pauses: ClosedRange<Double> = 2...120

    private let turnstile: Turnstile
    private let clock: any Clock<Duration>
    private let places = Mutex<[PortalID: WaitingPortal]>([:])

    init(turnstile: Turnstile, clock: any Clock<Duration>) {
        self.turnstile = turnstile
        self.clock = clock
    }

    /// How many wait at the moment.
    var waiting: Int { turnstile.waiting }

    /// Does the work now, or when it is the portal's turn; of several requests that wait the last one's is done.
    ///
    /// - Throws: `ControllerError` with `busy` when the turn is not near enough, or too many wait; what `work` throws.
    func account(of portal: PortalID, _ work: @escaping Work) async throws -> Account {
        if let account = try await turnstile.passNow(work) { return account }
        let (place, isNew) = places.withLock { places in
            if let place = places[portal], place.take(work) { return (place, false) }
            let place = WaitingPortal(work)
            places[portal] = place
            return (place, true)
        }
        // Not the caller's child: the portal keeps its place when it goes away.
        if isNew { Task { await serve(portal, place) } }
        return try await wait(at: place)
    }

    private func serve(_ portal: PortalID, _ place: WaitingPortal) async {
        let result: Result<Account, any Error>
        do {
            result = .success(try await turnstile.pass { try await place.begin()() })
        } catch {
            result = .failure(error)
        }
        places.withLock { if $0[portal] === place { $0[portal] = nil } }
        place.end(result)
    }

    private func wait(at place: WaitingPortal) async throws -> Account {
        let visitor = place.visitor()
        let impatience = Task { [clock] in
            try await clock.sleep(for: Self.patience)
            place.leave(visitor, because: comeAgain)
        }
        defer { impatience.cancel() }
        return try await withTaskCancellationHandler {
            try await place.account(for: visitor)
        } onCancel: {
            place.leave(visitor, because: CancellationError(), evenIfBegun: true)
        }
    }

    private var comeAgain: ControllerError {
        let pause = min(max(turnstile.expectedWait / .seconds(1), Self.pauses.lowerBound), Self.pauses.upperBound)
        return ControllerError(
            .busy,
            "many portals wait for their accounts; this one has its place among them, ask again when Retry-After says",
            retryAfter: Int64(pause.rounded(.up)))
    }
}
