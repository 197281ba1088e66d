import Digests
import Storage

/// A line of the journal of support: who did what, under which grant, and when.
///
/// Lines are added and never changed or removed; a look's line, and the message that brings it to the portal, are
/// committed before its answer leaves.
struct SupportLook: Sendable, Equatable {
    /// What happened: a request and its answers, or a look.
    enum Act: String, Sendable {
        case asked, granted, refused, ended
        case calls, call, log, recording, lines, line, account

        /// What a look needs; nil for what is none.
        var scope: SupportScope? {
            switch self {
            case .asked, .granted, .refused, .ended: nil
            case .calls, .call: .history
            case .log: .sessions
            case .recording: .recordings
            case .lines, .line, .account: .settings
            }
        }
    }

    /// Names the line, also in the message to the portal.
    var id: String
    /// A person of the staff, or an employee of the portal for an answer.
    var who: String
    var act: Act
    /// Which call, line or search; empty where the act says it all.
    var object: String
    var at: Moment

    private static let longestObject = 300

    init(_ act: Act, _ object: String, by who: String, at moment: Moment) {
        id = Hexadecimal.encode(SecureRandom.bytes(16))
        self.who = who
        self.act = act
        self.object = String(
            object.unicodeScalars.filter { $0.value >= 0x20 }.prefix(Self.longestObject).map(Character.init))
        at = moment
    }
}

extension SupportLook {
    init(_ row: Row) throws {
        guard let act = Act(rawValue: try row.text("act")) else {
            throw ControllerError(.internalFailure, "a line of the support's journal is damaged; restore a backup")
        }
        id = try row.text("look_id")
        who = try row.text("who")
        self.act = act
        object = try row.text("object")
        at = Moment(milliseconds: try row.integer("at"))
    }

    var json: JSONValue {
        [
            "who": .text(who), "act": .text(act.rawValue), "object": .text(object), "at": .integer(at.seconds),
        ]
    }

    /// As the portal is told of a look.
    func notice(_ grant: GrantID) -> JSONValue {
        [
            "LOOK_ID": .text(id), "GRANT_ID": .text(grant.rawValue), "PERSON": .text(who), "ACT": .text(act.rawValue),
            "OBJECT": .text(object), "AT": .integer(at.seconds),
        ]
    }
}
