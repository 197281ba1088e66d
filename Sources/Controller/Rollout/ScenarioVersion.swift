import Storage

/// One version of the call scenario, without its text.
struct ScenarioVersion: Sendable, Equatable {
    /// The stages of a version's life.
    enum State: String, Sendable, CaseIterable {
        /// Published; no account has it.
        case draft
        /// Accounts of its audience get it when they are next used.
        case rollingOut = "rolling_out"
        /// Accounts that have it keep it, nobody else gets it.
        case paused
        /// Everybody's, and no worse than the version before it; it is watched no more.
        case complete
        /// Taken back by the operator or by its own health; nobody may have it.
        case stopped
        /// A draft that will never be used.
        case withdrawn
    }

    var number: ScenarioNumber
    var digest: String
    /// The number that the program gave to the text that came with it; nil for what somebody has published.
    var programNumber: ScenarioNumber?
    var createdAt: Moment
    var createdBy: String
    var note: String
    var state: State
    var audience: Audience
    var startedAt: Moment?
    var endedAt: Moment?
    /// Why it was stopped, in words.
    var reason: String?
    /// How many accounts have it.
    var accounts: Int64
}

extension ScenarioVersion {
    /// - Parameter audience: Its portals; the share stands in the row.
    init(_ row: Row, audience: Audience) throws {
        guard let state = State(rawValue: try row.text("state")),
            let share = PerMille(rawValue: try row.integer("share"))
        else { throw ControllerError(.internalFailure, "a scenario version's row is damaged; restore a backup") }
        number = ScenarioNumber(rawValue: try row.integer("number"))
        digest = try row.text("digest")
        programNumber = try row.optionalInteger("program_number").map(ScenarioNumber.init)
        createdAt = Moment(milliseconds: try row.integer("created_at"))
        createdBy = try row.text("created_by")
        note = try row.text("note")
        self.state = state
        self.audience = audience
        self.audience.share = share
        startedAt = try row.optionalInteger("started_at").map { Moment(milliseconds: $0) }
        endedAt = try row.optionalInteger("ended_at").map { Moment(milliseconds: $0) }
        reason = try row.optionalText("reason")
        accounts = try row.integer("accounts")
    }
}
