import Digests
import Storage

/// A line of the staff's journal: who of the operator's people changed what, and when.
struct StaffAct: Sendable, Equatable {
    enum Kind: String, Sendable, CaseIterable {
        case portalAdded = "portal_added"
        case keyRotated = "key_rotated"
        case portalMoved = "portal_moved"
        case staffAdded = "staff_added"
        case tokenRenewed = "token_renewed"
        case staffEnabled = "staff_enabled"
        case staffDisabled = "staff_disabled"
        case versionPublished = "version_published"
        case rolloutChanged = "rollout_changed"
        case rolloutPaused = "rollout_paused"
        case rolloutResumed = "rollout_resumed"
        case versionStopped = "version_stopped"
    }

    private static let longestObject = 300

    /// Names the act in the message of it to a portal.
    let id: String
    /// As the token says, never the request.
    let person: String
    let kind: Kind
    /// Which portal, person or version, and how it was changed.
    let object: String
    let at: Moment

    init(_ kind: Kind, _ object: String, by person: String, at moment: Moment) {
        id = Hexadecimal.encode(SecureRandom.bytes(16))
        self.person = person
        self.kind = kind
        self.object = String(object.prefix(Self.longestObject))
        at = moment
    }

    /// The same act once it is known which object it was done to.
    func to(_ object: String) -> StaffAct {
        StaffAct(kind, self.object.isEmpty ? object : "\(object) \(self.object)", by: person, at: at)
    }
}
