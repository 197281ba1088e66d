import CRM
import Logging
import PhoneNumbers
import Routing

/// Gathers the facts of a call, lets routing decide, and remembers both.
struct CallRouting: Sendable {
    let calls: CallStore
    let settings: LineSettingsCache
    let employees: EmployeeDirectory
    let notices: PortalNotices
    let now: @Sendable () -> Moment
    let logger: Logger

    /// What the scenario says about the call.
    struct Request: Sendable {
        var key: CallKey
        var line: LineKey
        var phoneNumber: String
        var callerID: String
        var dialledCode: String
        var accessURL: String
        var scenarioVersion: ScenarioNumber?
    }

    /// The first route of a call; a repeated request gets the same answer again.
    func invite(_ request: Request, _ portal: Portal) async throws -> String {
        var call = try await calls.register(request.record(portal.id, at: now()))
        if let answer = call.lastAnswer { return answer }
        call.dialledCode = Self.code(request.dialledCode)
        return try await decide(&call, portal, asksCRM: true)
    }

    /// The next route, after the employee of the last one did not answer.
    func next(_ request: Request, lastUser: Int64?, _ portal: Portal) async throws -> String {
        var call = try await calls.register(request.record(portal.id, at: now()))
        if let repeated = Self.repeatedAnswer(call, lastUser) { return repeated }
        return try await decide(&call, portal, asksCRM: call.lookup == nil)
    }

    /// What would happen to such a call at `time`; nothing is remembered, nobody is told.
    func explain(
        line: LineKey, callerID: String, dialledCode: String?, time: Moment, _ portal: Portal
    ) async throws -> RoutingDecision {
        let route = try await settings.settings(line, phoneNumber: line.rawValue, portal).route
        let facts = try await facts(askingFor: callerID, known: nil, portal)
        let input = try await input(
            route, facts, dialledCode: dialledCode.flatMap(Self.code), attempts: [], time: time, waited: 0, portal)
        return Router.decide(input)
    }

    private func decide(_ call: inout CallRecord, _ portal: Portal, asksCRM: Bool) async throws -> String {
        let route = try await settings.settings(call.line, phoneNumber: call.phoneNumber, portal).route
        let facts = try await facts(askingFor: asksCRM ? call.callerID : nil, known: call.lookup, portal)
        call.lookup = facts.lookup
        let moment = now()
        let input = try await input(
            route, facts, dialledCode: call.dialledCode, attempts: call.attempts, time: moment,
            waited: moment.seconds - call.createdAt.seconds, portal)
        let decision = Router.decide(input)
        let offered = call.take(decision, at: moment)
        let step = try await calls.saveRoute(call, offeredTo: offered, at: moment)
        if let offered, case .wait(let type, _, _) = decision.answer {
            notices.invite(call, employee: offered, type: type, step: step, portal)
        }
        logger.info(
            "call routed",
            metadata: [
                "call.id": "\(call.key)", "portal.id": "\(portal.id)", "caller": "\(RedactedNumber(call.callerID))",
                "answer": "\(decision.answer.command)",
            ])
        return decision.answer.json.encoded
    }

    /// Asks the portal within its limit for the caller and the employees; without a caller what is known stays.
    private func facts(
        askingFor callerID: String?, known: StoredLookup?, _ portal: Portal
    ) async throws -> CallFacts {
        guard let callerID else { return CallFacts(lookup: known, employees: try await employees.employees(portal)) }
        // A caller who shows no number is nobody to look for.
        guard let number = PhoneNumberParser.parse(callerID, defaultRegion: portal.access.region).number else {
            return CallFacts(lookup: nil, employees: try await employees.employees(portal))
        }
        switch await portal.crm.findWithEmployees(number) {
        case .answered(let (matches, known)):
            let staff =
                if let known { try await employees.note(known, portal) } else { try await employees.employees(portal) }
            return CallFacts(lookup: StoredLookup(matches: matches), employees: staff)
        case .timedOut(let limit):
            // The caller has waited long enough: who was there at the last call is asked nothing more.
            let (seconds, attoseconds) = limit.components
            let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
            return CallFacts(
                lookup: StoredLookup(timedOutMilliseconds: milliseconds), employees: try await employees.last(portal))
        case .failed(let error):
            return CallFacts(
                lookup: StoredLookup(failure: error.message), employees: try await employees.employees(portal))
        }
    }

    /// What was learnt from outside.
    private struct CallFacts {
        var lookup: StoredLookup?
        var employees: EmployeeDirectory.Answer
    }

    private func input(
        _ route: RouteSettings, _ facts: CallFacts, dialledCode: String?, attempts: [Attempt], time: Moment,
        waited: Int64, _ portal: Portal
    ) async throws -> RoutingInput {
        let turns = try await calls.turns(portal.id)
        return RoutingInput(
            settings: route, caller: CallerLookup(facts.lookup),
            employees: facts.employees.employees.map {
                Employee(
                    $0, region: portal.access.region, lastOffered: turns[EmployeeID(rawValue: $0.id.rawValue)])
            },
            knowledge: facts.employees.knowledge, dialledCode: dialledCode, attempts: attempts, time: time.seconds,
            waited: waited)
    }

    /// Digits only; anything else is none.
    private static func code(_ text: String) -> String? { ExtensionNumber(digits: text)?.digits }

    /// The answer that was lost on its way: the scenario asks after an employee before the last one.
    private static func repeatedAnswer(_ call: CallRecord, _ lastUser: Int64?) -> String? {
        guard let lastUser, let answer = call.lastAnswer, let last = call.attempts.last else { return nil }
        guard last.employee.rawValue != lastUser else { return nil }
        return call.attempts.contains { $0.employee.rawValue == lastUser } ? answer : nil
    }
}

extension CallRouting.Request {
    func record(_ portal: PortalID, at moment: Moment) -> CallRecord {
        CallRecord(
            portal: portal, key: key, line: line, phoneNumber: phoneNumber, callerID: callerID,
            accessURL: accessURL, state: .alerting, attempts: [], decisions: [], createdAt: moment,
            scenarioVersion: scenarioVersion)
    }
}

extension CallRecord {
    /// Takes the decision in; gives the employee whom the call is offered to.
    mutating func take(_ decision: RoutingDecision, at moment: Moment) -> EmployeeID? {
        if decision.startsNewRound { attempts = [] }
        lastAnswer = decision.answer.json.encoded
        // A caller may wait for an hour: the first decisions and the last ones say what matters.
        if decisions.count >= 50 { decisions.remove(at: 25) }
        decisions.append(decision.json(at: moment))
        guard case .wait(let type, let employee, _) = decision.answer else { return nil }
        attempts.append(Attempt(employee: employee, type: type))
        return employee
    }
}
