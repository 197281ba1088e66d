import PhoneNumbers
import Routing
import Testing

private typealias Code = ExplanationLine.Code

private func id(_ value: Int64) -> EmployeeID { EmployeeID(rawValue: value) }

private func card(_ number: Int64, _ responsible: Int64?) -> CRMCard {
    CRMCard(id: number, title: "Card \(number)", responsible: responsible.map(id))
}

@Suite struct RouterTests {
    static let mobile = PhoneNumber(digits: "79110000067")
    static let ivan = Employee(
        id: id(67), name: "Ivan", extension: "167", havePhone: true, online: true, ownPhone: mobile, lastOffered: 300)
    static let olga = Employee(
        id: id(68), name: "Olga", extension: "168", havePhone: false, online: true, lastOffered: 100)
    static let petr = Employee(
        id: id(69), name: "Petr", extension: "069", havePhone: true, online: false, lastOffered: 200)
    static let away = Employee(id: id(70), name: "Anna", extension: "170", havePhone: false, online: false)
    static let all = [ivan, olga, petr, away]

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var input: RoutingInput
        var answer: RoutingAnswer
        var because: ExplanationLine.Code

        init(
            _ title: String, _ answer: RoutingAnswer, because: ExplanationLine.Code, caller: CallerLookup = .notAsked,
            code: String? = nil, attempts: [Attempt] = [], waited: Int64 = 0, employees: [Employee] = RouterTests.all,
            _ change: (inout RouteSettings) -> Void = { _ in }
        ) {
            testDescription = title
            var settings = RouteSettings(queue: [id(69), id(68), id(70), id(67)])
            change(&settings)
            input = RoutingInput(
                settings: settings, caller: caller, employees: employees, dialledCode: code, attempts: attempts,
                time: 1_000, waited: waited)
            self.answer = answer
            self.because = because
        }
    }

    static let known = CallerLookup.found(CallerMatches(contacts: [card(5, 67)]))
    static let tried67 = [Attempt(employee: id(67), type: .crm)]
    static let allTried = [67, 68, 69].map { Attempt(employee: id($0), type: .queue) }

    static let extensions: [Case] = [
        Case("his extension is dialled", .wait(.direct, id(67), havePhone: true), because: .employeeRung, code: "167"),
        Case(
            "an extension beats the CRM", .wait(.direct, id(68), havePhone: false), because: .employeeRung,
            caller: known, code: "168"),
        Case(
            "leading zeros of an extension count", .wait(.direct, id(69), havePhone: true), because: .employeeRung,
            code: "069"),
        Case(
            "an extension without its zero is unknown", .wait(.crm, id(67), havePhone: true),
            because: .extensionUnknown, caller: known, code: "69"),
        Case(
            "an unknown extension goes on", .wait(.crm, id(67), havePhone: true), because: .extensionUnknown,
            caller: known, code: "999"),
        Case(
            "an empty extension is none", .wait(.crm, id(67), havePhone: true), because: .extensionNotDialled,
            caller: known, code: ""),
        Case(
            "a line without extensions ignores it", .wait(.crm, id(67), havePhone: true), because: .extensionNotTaken,
            caller: known, code: "168"
        ) {
            $0.takesExtension = false
        },
        Case("not available: message", .voicemail(id(70)), because: .employeeNotAvailable, code: "170"),
        Case(
            "not available: queue, not the CRM", .wait(.queue, id(68), havePhone: false),
            because: .employeeNotAvailable, caller: known, code: "170"
        ) {
            $0.extensionRule = .queue
        },
        Case("not available: own phone missing, so message", .voicemail(id(70)), because: .forwardMissing, code: "170")
        {
            $0.extensionRule = .pstn
        },
        Case(
            "did not answer: own phone", .pstn(mobile!, id(67)), because: .employeeDidNotAnswer, code: "167",
            attempts: [Attempt(employee: id(67), type: .direct)]
        ) {
            $0.extensionRule = .pstn
        },
    ]

    static let responsible: [Case] = [
        Case("the contact's responsible", .wait(.crm, id(67), havePhone: true), because: .crmMatch, caller: known),
        Case(
            "contacts before companies and leads", .wait(.crm, id(67), havePhone: true), because: .crmMatch,
            caller: .found(CallerMatches(contacts: [card(1, 67)], companies: [card(2, 68)], leads: [card(3, 69)]))),
        Case(
            "companies before leads", .wait(.crm, id(68), havePhone: false), because: .crmMatch,
            caller: .found(CallerMatches(companies: [card(2, 68)], leads: [card(3, 69)]))),
        Case(
            "a lead's responsible", .wait(.crm, id(69), havePhone: true), because: .crmMatch,
            caller: .found(CallerMatches(leads: [card(3, 69)]))),
        Case(
            "several cards, one responsible", .wait(.crm, id(67), havePhone: true), because: .crmMatch,
            caller: .found(CallerMatches(contacts: [card(1, 67), card(2, 67)]))),
        Case(
            "several cards, different responsibles", .wait(.queue, id(68), havePhone: false),
            because: .crmSeveralManagers,
            caller: .found(CallerMatches(contacts: [card(1, 67), card(2, 69)], leads: [card(3, 67)]))),
        Case(
            "a card with and one without responsible differ", .wait(.queue, id(68), havePhone: false),
            because: .crmSeveralManagers, caller: .found(CallerMatches(contacts: [card(1, 67), card(2, nil)]))),
        Case(
            "nobody responsible", .wait(.queue, id(68), havePhone: false), because: .crmNoManager,
            caller: .found(CallerMatches(contacts: [card(1, nil)]))),
        Case("no card", .wait(.queue, id(68), havePhone: false), because: .crmNoMatch, caller: .found(CallerMatches())),
        Case(
            "the CRM is too slow", .wait(.queue, id(68), havePhone: false), because: .crmTimedOut,
            caller: .timedOut(limitMilliseconds: 2500)),
        Case(
            "the CRM is down", .wait(.queue, id(68), havePhone: false), because: .crmFailed,
            caller: .failed(reason: "connection refused")),
        Case("the line does not use the CRM", .wait(.queue, id(68), havePhone: false), because: .crmOff, caller: known)
        { $0.usesCRM = false },
        Case(
            "the line does not forward", .wait(.queue, id(68), havePhone: false), because: .crmForwardOff, caller: known
        ) { $0.forwardsToResponsible = false },
        Case(
            "not available: queue", .wait(.queue, id(68), havePhone: false), because: .employeeNotAvailable,
            caller: .found(CallerMatches(contacts: [card(1, 70)]))),
        Case(
            "not available: message", .voicemail(id(70)), because: .voicemail,
            caller: .found(CallerMatches(contacts: [card(1, 70)]))
        ) { $0.responsibleRule = .voicemail },
        Case(
            "did not answer: message", .voicemail(id(67)), because: .employeeDidNotAnswer, caller: known,
            attempts: tried67
        ) { $0.responsibleRule = .voicemail },
        Case("did not answer: own phone", .pstn(mobile!, id(67)), because: .forwarded, caller: known, attempts: tried67)
        { $0.responsibleRule = .pstn },
        Case(
            "an employee who left the company", .wait(.queue, id(68), havePhone: false), because: .employeeUnknown,
            caller: .found(CallerMatches(contacts: [card(1, 4)]))),
        Case(
            "he was rung by his extension already", .wait(.queue, id(68), havePhone: false),
            because: .employeeDidNotAnswer, caller: known, attempts: [Attempt(employee: id(67), type: .direct)]),
    ]

    static let queues: [Case] = [
        Case("evenly: who waited longest", .wait(.queue, id(68), havePhone: false), because: .queueChosen),
        Case(
            "evenly: who was never offered a call comes first", .wait(.queue, id(70), havePhone: true),
            because: .queueChosen,
            employees: [ivan, olga, Employee(id: id(70), name: "", havePhone: true, online: false)]),
        Case("strictly: by place", .wait(.queue, id(69), havePhone: true), because: .queueChosen) {
            $0.queueType = .strictly
        },
        Case(
            "strictly: the next by place", .wait(.queue, id(68), havePhone: false), because: .queueChosen,
            attempts: [Attempt(employee: id(69), type: .queue)]
        ) { $0.queueType = .strictly },
        Case("all is rung one by one", .wait(.queue, id(68), havePhone: false), because: .queueChosen) {
            $0.queueType = .all
        },
        Case(
            "nobody is rung twice", .wait(.queue, id(69), havePhone: true), because: .queueChosen, caller: known,
            attempts: tried67 + [Attempt(employee: id(68), type: .queue)]),
        Case("exhausted: message for the last one", .voicemail(id(69)), because: .queueExhausted, attempts: allTried),
        Case("exhausted: no messages, so the end", .hungup, because: .voicemailOff, attempts: allTried) {
            $0.takesMessages = false
        },
        Case("exhausted: the end", .hungup, because: .hungup, attempts: allTried) { $0.noAnswerRule = .hungup },
        Case("exhausted: the line's number", .pstn(mobile!, nil), because: .forwarded, attempts: allTried) {
            $0.noAnswerRule = .pstnSpecific
            $0.forwardNumber = mobile
        },
        Case("exhausted: no number, so message", .voicemail(id(69)), because: .forwardMissing, attempts: allTried) {
            $0.noAnswerRule = .pstnSpecific
        },
        Case(
            "exhausted: own phone of the last one", .pstn(mobile!, id(67)), because: .forwarded,
            attempts: allTried.reversed()
        ) { $0.noAnswerRule = .pstn },
        Case(
            "exhausted: the queue starts over", .wait(.queue, id(68), havePhone: false), because: .queueNewRound,
            attempts: allTried
        ) { $0.noAnswerRule = .queue },
        Case("nobody there: the caller waits", .queue, because: .queueWaits, employees: [away]) {
            $0.noAnswerRule = .queue
        },
        Case(
            "nobody there for an hour: message", .voicemail(id(70)), because: .queueWaitedTooLong, waited: 3600,
            employees: [away]
        ) { $0.noAnswerRule = .queue },
        Case("an empty queue never waits", .voicemail(nil), because: .queueEmpty) {
            $0.noAnswerRule = .queue
            $0.queue = []
        },
        Case(
            "only open working days", .voicemail(id(70)), because: .queueExhausted,
            employees: [Employee(id: id(70), name: "", havePhone: true, online: true, workdayOpen: false)]
        ) { $0.needsOpenWorkday = true },
    ]

    @Test("The route is what the settings and the facts say", arguments: extensions + responsible + queues)
    func table(row: Case) {
        let decision = Router.decide(row.input)
        #expect(decision.answer == row.answer)
        #expect(decision.explanation.contains { $0.code == row.because }, "\(decision.explanation)")
        #expect(decision.steps.first == row.answer)
        for line in decision.explanation {
            #expect(line.text.hasSuffix("."), "a whole sentence: \(line.text)")
            #expect(line.text.first?.isUppercase == true, "a whole sentence: \(line.text)")
        }
    }

    @Test("The steps play the call to its end")
    func plan() {
        let row = Case("", .hungup, because: .crmMatch, caller: Self.known)
        #expect(
            Router.decide(row.input).steps == [
                .wait(.crm, id(67), havePhone: true), .wait(.queue, id(68), havePhone: false),
                .wait(.queue, id(69), havePhone: true), .voicemail(id(69)),
            ])
    }

    @Test("The steps of a queue that starts over end there")
    func endlessPlan() {
        let row = Case("", .hungup, because: .crmMatch) { $0.noAnswerRule = .queue }
        #expect(
            Router.decide(row.input).steps == [
                .wait(.queue, id(68), havePhone: false), .wait(.queue, id(69), havePhone: true),
                .wait(.queue, id(67), havePhone: true), .queue,
            ])
    }

    @Test("The explanation of the demo call reads like a report")
    func sentences() {
        let decision = Router.decide(Case("", .hungup, because: .crmMatch, caller: Self.known).input)
        #expect(
            decision.explanation.map(\.text) == [
                "The caller dialled no extension.",
                "Of the CRM's contacts, Card 5 (5) has the caller's number; calls go to employee 67 (Ivan).",
                "Employee 67 (Ivan) is available and is rung.",
            ])
    }

    @Test(
        "A temporary manager gets the calls before his time is over, then the card's manager, then the responsible",
        arguments: [(Int64(999), Int64?(70), Int64(70)), (1000, 70, 68), (999, nil, 68)])
    func managers(time: Int64, temporary: Int64?, expected: Int64) {
        let card = CRMCard(
            id: 1, title: "", responsible: id(67), callManager: id(68), temporaryManager: temporary.map(id),
            temporaryUntil: 1000)
        #expect(card.manager(at: time) == id(expected))
    }

    @Test("An old or missing answer of the portal is said")
    func knowledge() {
        var input = Case("", .hungup, because: .crmMatch).input
        input.knowledge = .stale(ageSeconds: 90)
        #expect(Router.decide(input).explanation.first?.code == .employeesStale)
        input.knowledge = .missing
        input.employees = []
        #expect(Router.decide(input).explanation.first?.code == .employeesMissing)
        #expect(Router.decide(input).answer == .voicemail(nil))
    }

    @Test("Two employees with one extension: the first of the list, and no trap on double ids")
    func doubles() {
        var other = Self.olga
        other.extension = "167"
        let row = Case("", .hungup, because: .crmMatch, code: "167", employees: [Self.ivan, other, Self.ivan])
        #expect(Router.decide(row.input).answer == .wait(.direct, id(67), havePhone: true))
    }
}
