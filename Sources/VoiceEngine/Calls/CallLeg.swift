import CallControl
import NIOCore
import SDP
import SIP

/// One leg as its session sees it.
protocol CallLeg: AnyObject {
    var id: CallID { get }
    var media: LegMedia { get }
    var session: EngineSession? { get set }
    /// Who is at the far end, as far as anybody knows.
    var party: LegParty { get set }
    var transfers: LegTransfers { get }
    /// Whom the leg talks to; nil before the answer.
    var farEnd: FarEnd? { get }
    /// Ends the leg whatever its state; an event tells when it is over.
    func hangup(code: Int, headers: CallHeaders)
    func sendDigits(_ digits: String)
    /// A dialog with a device for this leg; `local` is our description in it.
    func makeDialog(
        _ handle: SessionHandle, on flow: SIPFlow, local: SessionDescription, awaitsAnswer: Bool
    ) -> LegDialog
    func handleTones(_ enabled: Bool, kinds: Set<DTMFKind>)
    /// Takes what happens in one of the leg's dialogs.
    func receive(_ event: InviteEvent, from handle: SessionHandle)
    /// Whether the leg may get another far end.
    var mayConnect: Bool { get }
    /// Talks to another far end from now on, when it may. The old dialog is not ended.
    func connect(to farEnd: FarEnd)
    /// The leg that this one is joined with has ended.
    func farEndLeft()
}

extension CallLeg {
    /// The dialog of an answered leg with a device of its own.
    var dialog: LegDialog? {
        guard case .dialog(let dialog) = farEnd else { return nil }
        return dialog
    }

    /// The leg that this one is joined with.
    var joined: (any CallLeg)? {
        guard case .leg(let join) = farEnd else { return nil }
        return join.other(than: self)
    }
}

/// What an answered leg talks to.
enum FarEnd {
    case dialog(LegDialog)
    case leg(LegJoin)

    /// Whether this is the dialog of a handle.
    func isDialog(_ handle: SessionHandle) -> Bool {
        guard case .dialog(let dialog) = self else { return false }
        return dialog.handle == handle
    }
}

/// A user or number with its name; empty for nobody known.
struct LegParty: Equatable {
    var name = ""
    var displayName = ""
    /// A user of the application, who has proved who he is; anybody else may bear any name.
    var isUser = false
}

extension Duration {
    /// How long a leg has talked: a moment at least, and no time at all when it was never answered.
    static func talk(since answer: NIODeadline?, until now: NIODeadline = .now()) -> Duration {
        answer.map { .nanoseconds(max(1, (now - $0).nanoseconds)) } ?? .zero
    }
}
