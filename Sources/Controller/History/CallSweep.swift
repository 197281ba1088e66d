import Billing
import Logging

/// Finds calls that the controller never heard of, because it was away from their first question to the last try of their
/// report, and writes their history from the platform's.
///
/// All children of a master are gone through together, in the order in which their sessions began, so that accounts that
/// sleep cost nothing. How far is kept in the database: whatever began before has been taken over, however long the
/// controller was away.
struct CallSweep: Sendable {
    /// A session's row may come a little after its beginning.
    private static let overlap = Duration.seconds(120)
    /// What one question spans at most.
    private static let span = Duration.seconds(86_400)
    /// Calls that go on longer than this are not waited for.
    private static let longestCall = Duration.seconds(86_400)
    /// How far back the first sweep of a master goes.
    private static let first = Duration.seconds(86_400)
    private static let detailed = 100
    /// The furthest that the platform's history can be paged through.
    private static let lastOffset = 10_000

    let store: SweepStore
    let reconciler: Reconciler
    let patrol: Patrol
    let now: @Sendable () -> Moment
    let logger: Logger

    private var platform: ManagementClient { reconciler.provisioner.platform }

    /// Goes through the history of each master again and again until cancelled.
    func run() async {
        await patrol.run("calls not looked for", logger) { await pass() }
    }

    /// Goes once through what is new; one master's trouble is no other's.
    func pass() async {
        let masters = reconciler.provisioner.masters.sorted { $0.key.code < $1.key.code }
        for (currency, master) in masters where !Task.isCancelled {
            do {
                try await sweep(currency, master)
            } catch {
                logger.warning(
                    "calls not looked for", metadata: ["currency": "\(currency.code)", "error": "\(error)"])
            }
        }
    }

    /// Where one master's history is read.
    private struct Place {
        var from: Moment
        var to: Moment
        var offset = 0
    }

    private func sweep(_ currency: Currency, _ master: PlatformAccess.Credentials) async throws {
        let end = now()
        let swept = try await store.swept(currency) ?? end.adding(.zero - Self.first)
        // Where the next sweep has to begin at the latest: sessions that go on are looked at again.
        var unfinished = end
        var place = Place(from: min(swept, end).adding(.zero - Self.overlap), to: end)
        repeat {
            place.to = min(end, place.from.adding(Self.span))
            let page = try await platform.childrensSessions(
                from: place.from, to: place.to, offset: place.offset, master)
            let waiting = try await take(page, place, master)
            if let waiting, waiting > end.adding(.zero - Self.longestCall) { unfinished = min(unfinished, waiting) }
            let isLast = page.count < ManagementClient.sessionPage && place.to == end
            place = next(place, page)
            let reached = isLast ? end : max(swept, place.from)
            try await store.note(currency, swept: min(reached, unfinished), since: swept)
            if isLast { return }
        } while !Task.isCancelled
    }

    /// Behind a page; sessions of its last second may come again.
    private func next(_ place: Place, _ page: [PlatformSession]) -> Place {
        guard page.count >= ManagementClient.sessionPage else { return Place(from: place.to, to: place.to) }
        if let last = page.last?.startedAt, last.seconds > place.from.seconds { return Place(from: last, to: last) }
        let offset = place.offset + ManagementClient.sessionPage
        if offset <= Self.lastOffset { return Place(from: place.from, to: place.to, offset: offset) }
        logger.error("too many calls in one second to look through", metadata: ["second": "\(place.from.seconds)"])
        let second = place.from.adding(.seconds(1))
        return Place(from: second, to: second)
    }

    /// Writes the history of those sessions of a page that are over and that nobody has told of.
    ///
    /// - Returns: The beginning of the first that is not over; nil when all are.
    private func take(
        _ page: [PlatformSession], _ place: Place, _ master: PlatformAccess.Credentials
    ) async throws -> Moment? {
        let unheard = try await store.unheard(of: page, at: now())
        var waiting = unheard.filter { !$0.session.hasEnded }.compactMap(\.session.startedAt)
        let ended = unheard.filter(\.session.hasEnded)
        for first in stride(from: 0, to: ended.count, by: Self.detailed) {
            let numbers = ended[first..<min(ended.count, first + Self.detailed)].map(\.session.number)
            let sessions = try await platform.childrensSessions(numbers, from: place.from, to: place.to, master)
            // Those without a name of their own have one now.
            let strangers = try await store.unheard(of: sessions, at: now())
            waiting += strangers.filter { !$0.session.isComplete(at: now()) }.compactMap(\.session.startedAt)
            try await SideBySide.run(strangers.filter { $0.session.isComplete(at: now()) }) { try await record($0) }
        }
        return waiting.min()
    }

    private func record(_ stranger: SweepStore.Stranger) async throws {
        guard let call = CallRecord(stranger, at: now()),
            let portal = try await reconciler.portals.find(stranger.portal),
            let account = try await reconciler.provisioner.existing(stranger.portal)
        else { return }
        logger.notice(
            "call found that nobody has told of",
            metadata: ["call.id": "\(call.key)", "portal.id": "\(portal.id)"])
        try await reconciler.close(
            call, Reconciler.Found(portal: portal, account: account, session: stranger.session))
    }
}

extension CallRecord {
    /// What a session's legs tell of a call of which there is nothing else; nil when it had no caller.
    fileprivate init?(_ stranger: SweepStore.Stranger, at moment: Moment) {
        let session = stranger.session
        guard let leg = session.callersLeg, let key = session.key else { return nil }
        let (dialled, caller) = (Self.plain(leg.localNumber), Self.plain(leg.remoteNumber))
        self.init(
            portal: stranger.portal, key: key, line: LineKey(rawValue: dialled), phoneNumber: dialled,
            callerID: caller.isEmpty ? "hidden" : caller, accessURL: "", state: .ended, attempts: [], decisions: [],
            createdAt: leg.startedAt ?? session.startedAt ?? moment)
    }

    /// The scenario's spelling has no plus.
    private static func plain(_ number: String) -> String {
        number.hasPrefix("+") ? String(number.dropFirst()) : number
    }
}
