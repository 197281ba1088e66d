import CRM
import Foundation
import Routing
import Storage

/// A call as the controller follows it.
struct CallRecord: Sendable, Equatable {
    /// The stages; a call only ever moves down this list.
    enum State: String, Sendable, Equatable {
        /// The scenario has asked for the line's settings.
        case alerting
        /// It has a route.
        case routed
        /// Somebody talks.
        case connected
        /// The scenario says that the caller has gone; the history is still to come.
        case ended
        /// The history is recorded.
        case closed
        /// Nobody knows how it ended, and nobody will.
        case lost
    }

    var portal: PortalID
    var key: CallKey
    var line: LineKey
    var phoneNumber: String
    var callerID: String
    var accessURL: String
    var state: State
    var dialledCode: String?
    var lookup: StoredLookup?
    var attempts: [Attempt]
    /// The answer that was given last, to the character.
    var lastAnswer: String?
    /// All decisions with their explanations, oldest first, as JSON.
    var decisions: [JSONValue]
    var userID: Int64?
    var device: String?
    var createdAt: Moment
    var connectedAt: Moment?
    var endedAt: Moment?
    /// The version of the scenario that runs, as it says itself.
    var scenarioVersion: ScenarioNumber?
}

/// What the CRM said about the caller, kept so that it is asked once a call.
struct StoredLookup: Codable, Sendable, Equatable {
    var matches: CRMMatches?
    var timedOutMilliseconds: Int64?
    var failure: String?
}

extension CallRecord {
    init(_ row: Row) throws {
        guard let key = CallKey(rawValue: try row.text("call_id")),
            let state = State(rawValue: try row.text("state"))
        else { throw ControllerError(.internalFailure, "a call's row is damaged; restore a backup") }
        portal = PortalID(rawValue: try row.text("portal_id"))
        self.key = key
        self.state = state
        line = LineKey(rawValue: try row.text("line"))
        phoneNumber = try row.text("phone_number")
        callerID = try row.text("caller_id")
        accessURL = try row.text("access_url")
        dialledCode = try row.optionalText("dialled_code")
        lookup = try row.optionalText("lookup").map {
            try JSONDecoder().decode(StoredLookup.self, from: Data($0.utf8))
        }
        attempts = Self.attempts(try row.text("attempts"))
        lastAnswer = try row.optionalText("last_answer")
        decisions = JSONValue(Data(try row.text("decisions").utf8))?.elements ?? []
        userID = try row.optionalInteger("user_id")
        device = try row.optionalText("device")
        createdAt = Moment(milliseconds: try row.integer("created_at"))
        connectedAt = try row.optionalInteger("connected_at").map { Moment(milliseconds: $0) }
        endedAt = try row.optionalInteger("ended_at").map { Moment(milliseconds: $0) }
        scenarioVersion = try row.optionalInteger("scenario_version").map(ScenarioNumber.init)
    }

    /// `crm:67 queue:68`
    static func attempts(_ text: String) -> [Attempt] {
        text.split(separator: " ").compactMap { part in
            let parts = part.split(separator: ":")
            guard parts.count == 2, let type = ConnectType(rawValue: String(parts[0])), let id = Int64(parts[1]) else {
                return nil
            }
            return Attempt(employee: EmployeeID(rawValue: id), type: type)
        }
    }

    var attemptsText: String {
        attempts.map { "\($0.type.rawValue):\($0.employee.rawValue)" }.joined(separator: " ")
    }
}
