import Billing
import CallControl

/// Knows the legs of one session: when they began, when they talked, what they cost.
///
/// A value: time is an argument, and what the history must note is the result.
struct LegLedger: Sendable {
    private struct Leg: Sendable {
        let record: LegRecord
        let party: RatedParty
        var connectedAt: UnixTime?

        var direction: CallDirection { record.isIncoming ? .incoming : .outgoing }
    }

    private let rating: CallRating
    private var legs: [CallID: Leg] = [:]

    init(tariff: Tariff) { rating = CallRating(tariff: tariff) }

    /// Legs that have not ended.
    var openLegs: [CallID] { legs.keys.sorted { $0.rawValue < $1.rawValue } }

    mutating func add(_ record: LegRecord, party: RatedParty) {
        legs[record.id] = Leg(record: record, party: party)
    }

    /// - Returns: Whether the leg was known and not connected before.
    mutating func connected(_ id: CallID, at now: UnixTime) -> Bool {
        guard let leg = legs[id], leg.connectedAt == nil else { return false }
        legs[id]?.connectedAt = now
        return true
    }

    /// Ends a leg that was answered, or an inbound one that was not.
    ///
    /// - Returns: Nil for a leg that has ended before.
    mutating func disconnected(_ id: CallID, _ end: CallEnd) -> LegEnd? {
        guard let leg = legs.removeValue(forKey: id) else { return nil }
        return LegEnd(
            seconds: end.durationSeconds, isSuccessful: leg.connectedAt != nil || end.durationSeconds > 0,
            code: end.code, reason: end.reason, charge: charge(leg, seconds: end.durationSeconds))
    }

    /// Ends an outgoing leg that was never answered.
    mutating func failed(_ id: CallID, code: Int, reason: String) -> LegEnd? {
        guard let leg = legs.removeValue(forKey: id) else { return nil }
        return LegEnd(seconds: 0, isSuccessful: false, code: code, reason: reason, charge: charge(leg, seconds: 0))
    }

    /// Ends a leg of which no event will come any more.
    mutating func abandon(_ id: CallID, at now: UnixTime) -> LegEnd? {
        guard let leg = legs.removeValue(forKey: id) else { return nil }
        let talked = leg.connectedAt.map { max(0, now.milliseconds - $0.milliseconds) / 1000 } ?? 0
        return LegEnd(
            seconds: Int(talked), isSuccessful: leg.connectedAt != nil, code: 200, reason: "Session ended",
            charge: charge(leg, seconds: Int(talked)))
    }

    /// A leg without a price is free: it was admitted, and a bill needs a price that was known before.
    private func charge(_ leg: Leg, seconds: Int) -> Charge {
        let fallback = Charge(direction: leg.direction.rawValue, amount: .zero(rating.tariff.currency))
        return (try? rating.rate(leg.direction, leg.party, seconds: seconds)) ?? fallback
    }
}
