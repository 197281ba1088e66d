import SIP

/// Finds the leg of a SIP dialog, and hands it what happens there.
final class LegDirectory {
    /// A leg with the way to its device.
    struct Entry {
        let leg: any CallLeg
        let flow: SIPFlow
    }

    private let shell: SIPShell
    private var entries: [SessionHandle: Entry] = [:]
    /// Nil where nobody wants to see messages.
    var traces: SignallingTraces?

    init(shell: SIPShell) { self.shell = shell }

    /// What happens in the call goes to the leg from now on, until its last event.
    func attach(_ handle: SessionHandle, to leg: any CallLeg, on flow: SIPFlow) {
        entries[handle] = Entry(leg: leg, flow: flow)
        if let traces, let opening = shell.command({ agent, _ in agent.opening(of: handle) }) {
            traces.claim(opening, of: handle, for: leg)
        }
        shell.setHandler(handle) { [weak self] event in
            if event.isFinal {
                self?.entries[handle] = nil
                self?.traces?.release(handle)
            }
            leg.receive(event, from: handle)
        }
    }

    /// The way to the device of a dialog that belongs to a leg.
    func flow(of handle: SessionHandle) -> SIPFlow? { entries[handle]?.flow }

    /// The answered or ringing leg that a Replaces names, and whether it is answered.
    func find(_ replaces: Replaces) -> (entry: Entry, dialog: ReplacedDialog)? {
        let dialog = shell.command { agent, _ in agent.dialog(replacedBy: replaces) }
        guard let dialog, let entry = entries[dialog.handle] else { return nil }
        return (entry, dialog)
    }

    /// Ends a dialog that no leg needs any more.
    ///
    /// - Parameter afterReport: after its device has confirmed a report about its transfer.
    func retire(_ handle: SessionHandle, afterReport: Bool = false) {
        entries[handle] = nil
        traces?.release(handle)
        shell.setHandler(handle) { [shell] event in
            if case .requestAnswered(.notify, _) = event { shell.bye(handle, headers: [:]) }
        }
        if !afterReport { shell.bye(handle, headers: [:]) }
    }
}
