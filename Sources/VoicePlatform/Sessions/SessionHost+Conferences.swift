import Billing
import CallControl
import NIOCore
import ScenarioRuntime
import Storage
import VoiceEngine

/// Calls into conferences: the first begins the session, the others join it.
extension SessionHost {
    /// A call into a conference.
    struct ConferenceGuest: Sendable {
        let arrival: CallArrival
        let plan: SessionPlan
        let party: RatedParty
        let price: CallPrice
        let legs: LegsBox

        var incoming: IncomingCall { IncomingCall(arrival, domain: plan.domain) }
        var key: ConferenceKey { ConferenceKey(application: plan.applicationID, name: arrival.destination) }
    }

    /// Takes a guest into the conference that runs under the name, or begins it with him.
    func welcome(_ guest: ConferenceGuest) async throws -> Admission {
        let (conference, isFirst) = try await eventLoop.submit { [self] in
            if let present = conferences[guest.key] { return (present, false) }
            let made = eventLoop.makeFutureWithTask { try await self.begin(guest) }
            conferences[guest.key] = made
            made.whenFailure { _ in self.conferences[guest.key] = nil }
            return (made, true)
        }.get()
        do {
            let session = try await conference.get()
            return isFirst ? .accepted : try await join(guest, session.id)
        } catch let refusal as MoneyRefusal {
            return .rejected(status: refusal.status, reason: refusal.phrase)
        } catch let refusal as AccountBrake.Refusal {
            return .rejected(status: 503, reason: refusal.reason)
        } catch is ShuttingDown {
            return .rejected(status: 503, reason: "Service Unavailable")
        }
    }

    private func begin(_ guest: ConferenceGuest) async throws -> StartedSession {
        try await eventLoop.submit { try self.reserve(guest.plan.accountID) }.get()
        do {
            let prepared = Prepared(
                record: record(guest.plan, user: nil, initiator: guest.arrival.remoteAddress), party: guest.party,
                price: guest.price, incoming: guest.incoming, accessName: guest.arrival.id.rawValue,
                conferenceName: guest.arrival.destination)
            let opened = try await open(prepared)
            let path = try await eventLoop.submit { self.run(opened, prepared, guest.legs.legs).accessPath }.get()
            return StartedSession(id: opened.start.sessionID, accessPath: path)
        } catch {
            try await eventLoop.submit { self.release(guest.plan.accountID) }.get()
            throw error
        }
    }

    /// Adds a guest's call to a running conference; money is held for it first.
    private func join(_ guest: ConferenceGuest, _ session: SessionID) async throws -> Admission {
        let hold = CallHold(
            key: .init(session: session, leg: guest.arrival.id), account: guest.plan.accountID, price: guest.price,
            hourlyLimit: core.configuration.limits.spending(guest.plan.currency))
        let now = core.clock()
        var through: Int?
        if !guest.price.isFree {
            through = try await core.database.write(.soon) { try HoldStore(transaction: $0, now: now).open(hold) }
        }
        let held = through.map { (hold, through: $0) }
        let hasJoined = try await eventLoop.submit { [self] in
            running[session]?.join(
                guest.incoming, party: guest.party, price: guest.price, held: held, from: guest.legs.legs) ?? false
        }.get()
        guard !hasJoined else { return .accepted }
        if held != nil {
            try await core.database.write { try HoldStore(transaction: $0, now: now).release(hold.key) }
        }
        return .rejected(status: 486, reason: "The conference is full or ends")
    }
}
