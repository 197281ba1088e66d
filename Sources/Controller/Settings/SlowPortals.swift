import Synchronization

/// Portals whose answer was waited for in vain, for some seconds each.
///
/// One that refuses at once costs nobody time and is not among them.
final class SlowPortals: Sendable {
    /// For so many milliseconds nobody waits again.
    static let pause: Int64 = 5000
    private static let most = 10_000

    private let failures = Mutex<[PortalID: Moment]>([:])

    /// A question that began and failed then; it was a wait when it took half of its time limit.
    func note(_ portal: PortalID, from begin: Moment, to end: Moment, limit: Duration) {
        guard .milliseconds(end.milliseconds - begin.milliseconds) >= limit / 2 else { return }
        failures.withLock { failures in
            if failures.count >= Self.most {
                failures = failures.filter { end.milliseconds - $0.value.milliseconds < Self.pause }
            }
            // With so many of them some are asked in vain.
            if failures.count < Self.most { failures[portal] = end }
        }
    }

    func contains(_ portal: PortalID, at moment: Moment) -> Bool {
        contains(portal, since: Moment(milliseconds: moment.milliseconds - Self.pause))
    }

    /// Whether somebody has waited in vain since then.
    func contains(_ portal: PortalID, since moment: Moment) -> Bool {
        failures.withLock { $0[portal].map { $0 >= moment } ?? false }
    }
}
