import PhoneNumbers

/// One walk through the stages; collects the sentences on its way.
struct RoutingPass {
    let input: RoutingInput
    private(set) var explanation: [ExplanationLine] = []
    private(set) var startsNewRound = false
    private let employees: [EmployeeID: Employee]

    /// What a stage came to: an answer, or the next stage's turn.
    private enum Outcome {
        case answer(RoutingAnswer)
        case nextStage
        case queue
    }

    init(_ input: RoutingInput) {
        self.input = input
        employees = Dictionary(input.employees.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func answer() -> RoutingAnswer {
        explainKnowledge()
        switch extensionStage() {
        case .answer(let answer): return answer
        case .queue: return queueStage()
        case .nextStage: break
        }
        if case .answer(let answer) = responsibleStage() { return answer }
        return queueStage()
    }

    private mutating func explain(_ code: ExplanationLine.Code, _ text: String) {
        explanation.append(ExplanationLine(code, text))
    }

    private mutating func explainKnowledge() {
        switch input.knowledge {
        case .current: break
        case .stale(let age):
            explain(
                .employeesStale,
                "The portal did not say who is available, so its answer of \(age) seconds ago was used.")
        case .missing:
            explain(.employeesMissing, "The portal has never said which employees there are, so none can be rung.")
        }
    }

    // MARK: Dialled extension

    private mutating func extensionStage() -> Outcome {
        guard let code = input.dialledCode, !code.isEmpty else {
            explain(.extensionNotDialled, "The caller dialled no extension.")
            return .nextStage
        }
        guard input.settings.takesExtension else {
            explain(.extensionNotTaken, "The caller dialled \(code), but the line takes no extensions.")
            return .nextStage
        }
        guard let employee = input.employees.first(where: { $0.extension == code }) else {
            explain(.extensionUnknown, "Nobody has the dialled extension \(code), so the call goes on without it.")
            return .nextStage
        }
        explain(.extensionFound, "The dialled extension \(code) belongs to \(Self.title(employee)).")
        return offer(employee.id, .direct, rule: input.settings.extensionRule)
    }

    // MARK: Responsible employee

    private mutating func responsibleStage() -> Outcome {
        guard let manager = responsible() else { return .nextStage }
        return offer(manager, .crm, rule: input.settings.responsibleRule)
    }

    private mutating func responsible() -> EmployeeID? {
        guard input.settings.usesCRM else {
            explain(.crmOff, "The line does not use the CRM.")
            return nil
        }
        guard input.settings.forwardsToResponsible else {
            explain(.crmForwardOff, "The line does not send known callers to their responsible employee.")
            return nil
        }
        switch input.caller {
        case .notAsked:
            explain(.crmNotAsked, "The caller shows no number that the CRM could be asked for.")
        case .timedOut(let limit):
            explain(
                .crmTimedOut,
                "The CRM did not answer within \(limit) ms, so the call goes the line's default way.")
        case .failed(let reason):
            explain(.crmFailed, "The CRM could not be asked (\(reason)), so the call goes the line's default way.")
        case .found(let matches):
            return manager(of: matches)
        }
        return nil
    }

    private mutating func manager(of matches: CallerMatches) -> EmployeeID? {
        guard let (section, cards) = matches.deciding else {
            explain(.crmNoMatch, "No contact, company or lead of the CRM has the caller's number.")
            return nil
        }
        let titles = cards.prefix(3).map { "\($0.title) (\($0.id))" }.joined(separator: ", ")
        let shown = cards.count > 3 ? "\(titles) and \(cards.count - 3) more" : titles
        let managers = Set(cards.map { $0.manager(at: input.time) })
        guard managers.count == 1 else {
            explain(
                .crmSeveralManagers,
                "The CRM's \(section) \(shown) have the caller's number and different employees, so the call goes the "
                    + "line's default way.")
            return nil
        }
        guard let manager = cards[0].manager(at: input.time) else {
            explain(.crmNoManager, "Of the CRM's \(section), \(shown) has the caller's number, but no employee.")
            return nil
        }
        explain(
            .crmMatch, "Of the CRM's \(section), \(shown) has the caller's number; calls go to \(title(manager)).")
        return manager
    }

    // MARK: Offers and rules

    private mutating func offer(_ id: EmployeeID, _ type: ConnectType, rule: RouteSettings.UnavailableRule) -> Outcome {
        if input.attempts.contains(where: { $0.employee == id && $0.type != .queue }) {
            explain(.employeeDidNotAnswer, "\(capital(title(id))) was rung and did not answer.")
        } else if input.attempts.contains(where: { $0.type == .queue }) {
            // The queue has begun: who became available meanwhile gets the call by his turn.
            explain(.employeeNotAvailable, "The call has left \(title(id)) for the queue already.")
            return .queue
        } else if let employee = employees[id] {
            guard let reason = unavailability(employee) else {
                explain(.employeeRung, "\(capital(title(id))) is available and is rung.")
                return .answer(.wait(type, id, havePhone: employee.havePhone))
            }
            explain(.employeeNotAvailable, "\(capital(title(id))) is not available: \(reason).")
        } else {
            explain(.employeeUnknown, "\(capital(title(id))) is not among the portal's employees.")
        }
        return apply(rule, for: id)
    }

    private mutating func apply(_ rule: RouteSettings.UnavailableRule, for id: EmployeeID) -> Outcome {
        explain(.ruleApplied, "The line's rule for this case is \(rule.rawValue).")
        switch rule {
        case .queue: return .queue
        case .pstn: return .answer(ownPhone(of: id))
        case .voicemail: return .answer(message(for: id))
        }
    }

    private mutating func ownPhone(of id: EmployeeID?) -> RoutingAnswer {
        guard let id, let number = employees[id]?.ownPhone else {
            explain(.forwardMissing, "\(capital(id.map(title) ?? "the employee")) has no phone of his own on record.")
            return message(for: id)
        }
        explain(.forwarded, "The call is forwarded to the own phone of \(title(id)).")
        return .pstn(number, id)
    }

    private mutating func message(for id: EmployeeID?) -> RoutingAnswer {
        guard input.settings.takesMessages else {
            explain(.voicemailOff, "The line takes no messages, so the call ends.")
            return .hungup
        }
        explain(.voicemail, "A message is taken for \(id.map(title) ?? "the line").")
        return .voicemail(id)
    }

    // MARK: Queue

    private mutating func queueStage() -> RoutingAnswer {
        let members = input.settings.queue.compactMap { employees[$0] }
        guard !members.isEmpty else {
            explain(.queueEmpty, "The line's queue has no members.")
            return exhausted([])
        }
        let tried = Set(input.attempts.map(\.employee))
        if let next = choose(members.filter { !tried.contains($0.id) && unavailability($0) == nil }) {
            return ring(next)
        }
        explain(.queueExhausted, "Nobody of the queue is available who has not been rung already.")
        return exhausted(members)
    }

    private func choose(_ members: [Employee]) -> Employee? {
        switch input.settings.queueType {
        case .strictly: members.first
        case .evenly, .all: members.min { ($0.lastOffered ?? .min) < ($1.lastOffered ?? .min) }
        }
    }

    private mutating func ring(_ employee: Employee) -> RoutingAnswer {
        let order = input.settings.queueType == .strictly ? "first in the order" : "was offered a call longest ago"
        explain(
            .queueChosen,
            "\(capital(Self.title(employee))) is next in the queue (\(input.settings.queueType.rawValue): \(order)).")
        return .wait(.queue, employee.id, havePhone: employee.havePhone)
    }

    private mutating func exhausted(_ members: [Employee]) -> RoutingAnswer {
        let rule = input.settings.noAnswerRule
        explain(.ruleApplied, "The line's rule for no answer is \(rule.rawValue).")
        let last = input.attempts.last?.employee ?? choose(members)?.id
        switch rule {
        case .voicemail: return message(for: last)
        case .pstn: return ownPhone(of: last)
        case .pstnSpecific: return forward(last)
        case .queue: return newRound(members, last)
        case .hungup:
            explain(.hungup, "The call ends.")
            return .hungup
        }
    }

    private mutating func forward(_ last: EmployeeID?) -> RoutingAnswer {
        guard let number = input.settings.forwardNumber else {
            explain(.forwardMissing, "The line has no number to forward to.")
            return message(for: last)
        }
        explain(.forwarded, "The call is forwarded to the line's number.")
        return .pstn(number, nil)
    }

    private mutating func newRound(_ members: [Employee], _ last: EmployeeID?) -> RoutingAnswer {
        guard !members.isEmpty else { return message(for: last) }
        guard input.waited < Router.longestWait else {
            explain(
                .queueWaitedTooLong,
                "The caller has waited \(input.waited) s, more than the \(Router.longestWait) s that are allowed.")
            return message(for: last)
        }
        guard let next = choose(members.filter { unavailability($0) == nil }) else {
            explain(.queueWaits, "The caller waits until somebody of the queue is available.")
            return .queue
        }
        explain(.queueNewRound, "The queue starts over.")
        startsNewRound = true
        return ring(next)
    }

    // MARK: Employees

    /// Why the employee cannot be rung, nil when he can.
    private func unavailability(_ employee: Employee) -> String? {
        if !employee.online, !employee.havePhone { return "the portal is not open and no phone is registered" }
        if input.settings.needsOpenWorkday, !employee.workdayOpen { return "the working day is not open" }
        return nil
    }

    private func title(_ id: EmployeeID) -> String { employees[id].map(Self.title) ?? "employee \(id)" }

    private static func title(_ employee: Employee) -> String {
        employee.name.isEmpty ? "employee \(employee.id)" : "employee \(employee.id) (\(employee.name))"
    }

    private func capital(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
