import CRM
import Logging
import Routing
import Synchronization

/// Tells portals of calls without making the call wait: in order for each portal, tried once, bounded.
///
/// Another controller's news may overtake ours: news of a call that goes on carries the number of its step, and the portal
/// passes over what is older than what it knows. The end of a call is final without one.
///
/// For news that loses its worth in seconds. What must arrive goes through the outbox.
final class PortalNotices: Sendable {
    /// News beyond this many is dropped, oldest first: a portal that far behind is away.
    static let mostWaiting = 100

    /// The field with the number of the call's step; 0 says nothing of an order.
    static let step = "STEP"

    private struct Notice: Sendable {
        var command: String
        var body: JSONValue
        var portal: Portal
    }

    private struct State {
        var waiting: [PortalID: [Notice]] = [:]
        var busy: Set<PortalID> = []
    }

    private let state = Mutex(State())
    private let arrivals: AsyncStream<PortalID>
    private let announce: AsyncStream<PortalID>.Continuation
    private let logger: Logger

    init(logger: Logger) {
        self.logger = logger
        (arrivals, announce) = AsyncStream.makeStream()
    }

    /// Delivers until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await portal in arrivals {
                group.addTask { await self.deliver(portal) }
            }
        }
    }

    /// The card pops up at the employee's.
    func invite(_ call: CallRecord, employee: EmployeeID, type: ConnectType, step: Int64, _ portal: Portal) {
        send(
            "Invite",
            [
                "CALL_ID": .text(call.key.rawValue), "USER_ID": .text(employee.description),
                "CALLER_ID": .text(call.callerID), "PHONE_NUMBER": .text(call.phoneNumber),
                "ACCOUNT_SEARCH_ID": .text(call.line.rawValue), "TYPE_CONNECT": .text(type.rawValue),
                "CRM": (call.lookup?.matches ?? CRMMatches()).json, Self.step: .text(String(step)),
            ], portal)
    }

    /// Any other news.
    func send(_ command: String, _ body: JSONValue, _ portal: Portal) {
        let isIdle = state.withLock { state in
            state.waiting[portal.id, default: []].append(Notice(command: command, body: body, portal: portal))
            if state.waiting[portal.id, default: []].count > Self.mostWaiting {
                state.waiting[portal.id]?.removeFirst()
            }
            return state.busy.insert(portal.id).inserted
        }
        if isIdle { announce.yield(portal.id) }
    }

    private func deliver(_ portal: PortalID) async {
        while let notice = next(portal) {
            do throws(ControllerError) {
                _ = try await notice.portal.client.send(notice.command, notice.body)
            } catch {
                logger.warning(
                    "portal not told",
                    metadata: ["portal.id": "\(portal)", "command": "\(notice.command)", "error": "\(error)"])
            }
        }
    }

    private func next(_ portal: PortalID) -> Notice? {
        state.withLock { state in
            guard state.waiting[portal]?.isEmpty == false else {
                state.waiting[portal] = nil
                state.busy.remove(portal)
                return nil
            }
            return state.waiting[portal]?.removeFirst()
        }
    }
}

extension CRMMatches {
    /// As the portal's own answer spells it.
    var json: JSONValue {
        func list(_ entities: [CRMEntity]) -> JSONValue {
            .list(
                entities.map {
                    [
                        "id": .integer($0.id), "name": .text($0.name),
                        "responsible_id": ($0.responsible?.rawValue).json,
                    ]
                })
        }
        return ["contacts": list(contacts), "companies": list(companies), "leads": list(leads)]
    }
}
