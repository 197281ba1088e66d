import CallControl
import ScenarioRuntime

/// One leg on the stage.
final class StagedLeg {
    let id: CallID
    let isIncoming: Bool
    /// Who is at the other end, as the test names him; nil is the caller.
    let party: String?
    var answeredAt: Int64?
    var hasEnded = false
    var hearsDigits = false
    var takesTransfers = false
    var detectsSpeech = false
    /// Ends the wait for first words.
    var awaitsAnswer: (any ScheduledAction)?
    var awaitsBeep: (any ScheduledAction)?
    /// What plays into the leg now.
    var playback: (any ScheduledAction)?
    var recording: (url: String, since: Int64)?
    /// What the other end will do, and the end for want of an answer.
    var plans: [any ScheduledAction] = []

    init(id: CallID, isIncoming: Bool, party: String?) {
        self.id = id
        self.isIncoming = isIncoming
        self.party = party
    }

    var isAnswered: Bool { answeredAt != nil }
}

/// A player, recorder or conference on the stage.
final class StagedUnit {
    enum Kind {
        case player(PlayerSound, loop: Bool)
        case recorder(url: String, since: Int64)
        case conference
    }
    let id: UnitID
    let kind: Kind
    var playback: (any ScheduledAction)?
    /// What is left to play when the player pauses, and when it went on last.
    var remaining: Int64 = 0
    var resumedAt: Int64 = 0
    var hasStarted = false
    var markers: [(milliseconds: Int, segment: Int?)] = []
    var endpoints: [UnitID] = []

    init(id: UnitID, kind: Kind) {
        self.id = id
        self.kind = kind
    }
}
