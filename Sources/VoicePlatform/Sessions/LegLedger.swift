import Billing
import CallControl

/// Knows the legs of one session: when they began, when they talked, what they cost.
///
/// A value: time is an argument, and what the history must note is the result. Seconds that have begun count, so that a
/// leg that was answered has talked for a second at least. A leg costs what its price says for the seconds that the
/// history shows, but not more than what was held for it: the platform, not the account, answers for time that nobody
/// has held money for.
struct LegLedger: Sendable {
    private struct Leg: Sendable {
        let record: LegRecord
        let price: CallPrice?
        let currency: Currency
        var connectedAt: UnixTime?
    }

    private var legs: [CallID: Leg] = [:]

    /// Legs that have not ended.
    var openLegs: [CallID] { legs.keys.sorted { $0.rawValue < $1.rawValue } }

    /// - Parameter price: Nil for a leg without a price, which is free: it was admitted, and a bill needs a price that
    ///   was known before.
    mutating func add(_ record: LegRecord, price: CallPrice?, _ currency: Currency) {
        legs[record.id] = Leg(record: record, price: price, currency: currency)
    }

    /// - Returns: Whether the leg was known and not connected before.
    mutating func connected(_ id: CallID, at now: UnixTime) -> Bool {
        guard let leg = legs[id], leg.connectedAt == nil else { return false }
        legs[id]?.connectedAt = now
        return true
    }

    /// Ends a leg that was answered, or an inbound one that was not.
    ///
    /// - Parameter paidThrough: Seconds for which money is held.
    /// - Returns: Nil for a leg that has ended before.
    mutating func disconnected(_ id: CallID, _ end: CallEnd, paidThrough: Int?) -> LegEnd? {
        guard let leg = legs.removeValue(forKey: id) else { return nil }
        return self.end(
            leg, talk: leg.connectedAt != nil || end.talk > .zero ? end.talk : nil, code: end.code, reason: end.reason,
            paidThrough)
    }

    /// Ends an outgoing leg that was never answered.
    mutating func failed(_ id: CallID, code: Int, reason: String) -> LegEnd? {
        guard let leg = legs.removeValue(forKey: id) else { return nil }
        return end(leg, talk: nil, code: code, reason: reason, nil)
    }

    /// Ends a leg of which no event will come any more.
    mutating func abandon(_ id: CallID, at now: UnixTime, paidThrough: Int?) -> LegEnd? {
        guard let leg = legs.removeValue(forKey: id) else { return nil }
        let talk = leg.connectedAt.map { Duration.milliseconds(now.milliseconds - $0.milliseconds) }
        return end(leg, talk: talk, code: 200, reason: "Session ended", paidThrough)
    }

    /// - Parameter talk: Nil for a leg that was never answered.
    private func end(_ leg: Leg, talk: Duration?, code: Int, reason: String, _ paidThrough: Int?) -> LegEnd {
        let isHeld = leg.price.map { !$0.isFree } ?? false
        let seconds = talk.map { Self.countedSeconds($0, paidThrough: isHeld ? paidThrough : nil) } ?? 0
        let paid = isHeld ? min(seconds, paidThrough ?? 0) : 0
        let free = Charge(
            direction: leg.price?.group ?? (leg.record.isIncoming ? "incoming" : "outgoing"),
            amount: .zero(leg.currency))
        let charge = (try? leg.price?.charge(seconds: paid)) ?? free
        return LegEnd(
            seconds: seconds, isSuccessful: talk != nil, code: code, reason: reason, charge: charge, isHeld: isHeld)
    }

    /// Seconds that have begun, one at least.
    ///
    /// A leg that ends with its money ends a moment later than the second until which it is paid: that moment is the
    /// platform's own and counts neither here nor there.
    static func countedSeconds(_ talk: Duration, paidThrough: Int?) -> Int {
        let (whole, rest) = max(talk, .zero).components
        let begun = max(1, Int(whole) + (rest > 0 ? 1 : 0))
        return Int(whole) == paidThrough ? max(1, Int(whole)) : begun
    }
}
