/// Why an employee is rung, in the words of the portal's protocol.
public enum ConnectType: String, Hashable, Sendable, CaseIterable {
    /// His extension was dialled.
    case direct
    /// He is responsible for the caller.
    case crm
    /// It is his turn in the line's queue.
    case queue
}

/// One offer of the call to one employee.
public struct Attempt: Hashable, Sendable {
    public var employee: EmployeeID
    public var type: ConnectType

    public init(employee: EmployeeID, type: ConnectType) {
        self.employee = employee
        self.type = type
    }
}

/// Everything that a routing decision depends on; two equal inputs give two equal decisions.
public struct RoutingInput: Hashable, Sendable {
    /// How well the employees' state is known.
    public enum Knowledge: Hashable, Sendable {
        case current
        /// The portal did not answer; this is its last answer, so old.
        case stale(ageSeconds: Int64)
        /// The portal never answered.
        case missing
    }

    public var settings: RouteSettings
    public var caller: CallerLookup
    public var employees: [Employee]
    public var knowledge: Knowledge
    /// The extension that the caller dialled; nil or empty when he dialled none.
    public var dialledCode: String?
    /// Offers so far, oldest first.
    public var attempts: [Attempt]
    /// The moment of the decision, in seconds since 1970.
    public var time: Int64
    /// How long the caller has been waiting, in seconds.
    public var waited: Int64

    public init(
        settings: RouteSettings, caller: CallerLookup = .notAsked, employees: [Employee],
        knowledge: Knowledge = .current, dialledCode: String? = nil, attempts: [Attempt] = [], time: Int64,
        waited: Int64 = 0
    ) {
        self.settings = settings
        self.caller = caller
        self.employees = employees
        self.knowledge = knowledge
        self.dialledCode = dialledCode
        self.attempts = attempts
        self.time = time
        self.waited = waited
    }
}
