import PhoneNumbers

/// What the scenario is to do next.
public enum RoutingAnswer: Hashable, Sendable {
    /// Ring this employee: his desk phone at once if he has one, his browser when it is ready.
    case wait(ConnectType, EmployeeID, havePhone: Bool)
    /// Nobody is free now: keep the music on, ask again after the queue's time.
    case queue
    /// Forward to a number outside; the employee is the one for whom it rings.
    case pstn(PhoneNumber, EmployeeID?)
    /// Take a message for the employee.
    case voicemail(EmployeeID?)
    case hungup

    /// Whether the scenario never asks again after this answer.
    public var isFinal: Bool {
        switch self {
        case .wait, .queue: false
        case .pstn, .voicemail, .hungup: true
        }
    }
}

/// A decision with everything that made it.
public struct RoutingDecision: Hashable, Sendable {
    /// What happens now: the first of `steps`.
    public var answer: RoutingAnswer
    /// What happens if nobody answers, in order, as far as can be said now.
    public var steps: [RoutingAnswer]
    /// Why `answer` came out, one sentence a line, in the order of the tests made.
    public var explanation: [ExplanationLine]
    /// Whether a new round of the queue begins with this answer.
    public var startsNewRound: Bool
}

/// One sentence of an explanation.
public struct ExplanationLine: Hashable, Sendable, CustomStringConvertible {
    /// The kinds of sentences, for programs; the raw value is stable.
    public enum Code: String, Hashable, Sendable, CaseIterable {
        case extensionNotDialled = "extension.not_dialled"
        case extensionNotTaken = "extension.not_taken"
        case extensionUnknown = "extension.unknown"
        case extensionFound = "extension.found"
        case crmOff = "crm.off"
        case crmForwardOff = "crm.forward_off"
        case crmNotAsked = "crm.not_asked"
        case crmTimedOut = "crm.timed_out"
        case crmFailed = "crm.failed"
        case crmNoMatch = "crm.no_match"
        case crmMatch = "crm.match"
        case crmSeveralManagers = "crm.several_managers"
        case crmNoManager = "crm.no_manager"
        case employeesStale = "employees.stale"
        case employeesMissing = "employees.missing"
        case employeeRung = "employee.rung"
        case employeeUnknown = "employee.unknown"
        case employeeNotAvailable = "employee.not_available"
        case employeeDidNotAnswer = "employee.did_not_answer"
        case ruleApplied = "rule.applied"
        case queueChosen = "queue.chosen"
        case queueEmpty = "queue.empty"
        case queueExhausted = "queue.exhausted"
        case queueNewRound = "queue.new_round"
        case queueWaits = "queue.waits"
        case queueWaitedTooLong = "queue.waited_too_long"
        case forwarded = "forward.number"
        case forwardMissing = "forward.missing"
        case voicemail = "voicemail"
        case voicemailOff = "voicemail.off"
        case hungup = "hungup"
    }

    public var code: Code
    /// A whole sentence in English; holds no phone number.
    public var text: String

    public init(_ code: Code, _ text: String) {
        self.code = code
        self.text = text
    }

    public var description: String { text }
}
