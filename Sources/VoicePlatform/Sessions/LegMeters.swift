import Billing
import CallControl
import NIOCore

/// Runs the meters of a session's legs: arms their timers, asks the ledger, reports what must happen.
///
/// Used on the event loop only; whoever owns it closes each meter.
final class LegMeters {
    /// What a meter wants of the leg.
    enum Demand: Equatable {
        case warn(CallID)
        case end(CallMeter.EndReason)
    }

    /// Holds money until a second of a leg's talk.
    typealias Extend = (CallHold, _ through: Int) -> EventLoopFuture<Result<Int, MoneyRefusal>>

    private struct Entry {
        let hold: CallHold
        var meter: CallMeter
        var answeredAt: Duration?
        var cancelTimer: () -> Void = {}
    }

    private let eventLoop: any EventLoop
    private let clock: any CallClock
    private let policy: CallMeter.Policy
    private let extend: Extend
    private var entries: [CallID: Entry] = [:]
    var onDemand: ((Demand) -> Void)?

    init(
        eventLoop: any EventLoop, clock: any CallClock, policy: CallMeter.Policy, extend: @escaping Extend
    ) {
        self.eventLoop = eventLoop
        self.clock = clock
        self.policy = policy
        self.extend = extend
    }

    /// Begins with what is held for a leg that is not answered yet.
    func open(_ hold: CallHold, paidThrough: Int) {
        let meter = CallMeter(price: hold.price, paidThrough: paidThrough, policy: policy)
        entries[hold.key.leg] = Entry(hold: hold, meter: meter)
    }

    func answered(_ leg: CallID) {
        guard entries[leg] != nil, entries[leg]?.answeredAt == nil else { return }
        entries[leg]?.answeredAt = clock.now
        update(leg) { $0.advance(to: $1) }
    }

    /// Ends a leg's meter.
    ///
    /// - Returns: For how many seconds money is held; nil for a leg that has no meter.
    func close(_ leg: CallID) -> Int? {
        guard let entry = entries.removeValue(forKey: leg) else { return nil }
        entry.cancelTimer()
        return entry.meter.paidThrough
    }

    private func update(_ leg: CallID, _ change: (inout CallMeter, Duration) -> [CallMeter.Action]) {
        guard var entry = entries[leg], let start = entry.answeredAt else { return }
        let actions = change(&entry.meter, clock.now - start)
        entry.cancelTimer()
        entry.cancelTimer = {}
        if let deadline = entry.meter.deadline {
            entry.cancelTimer = clock.schedule(at: start + deadline) { [weak self] in
                self?.update(leg) { $0.advance(to: $1) }
            }
        }
        entries[leg] = entry
        for action in actions { perform(action, leg, entry.hold) }
    }

    private func perform(_ action: CallMeter.Action, _ leg: CallID, _ hold: CallHold) {
        switch action {
        case .reserve(let through):
            extend(hold, through).assumeIsolated().whenComplete { [weak self] outcome in
                self?.update(leg) { meter, elapsed in
                    switch outcome {
                    case .success(.success(let seconds)): meter.granted(through: seconds, at: elapsed)
                    case .success(.failure(let refusal)): meter.refused(refusal, at: elapsed)
                    case .failure: meter.failed(at: elapsed)
                    }
                }
            }
        case .warn: onDemand?(.warn(leg))
        case .end(let reason): onDemand?(.end(reason))
        }
    }
}
