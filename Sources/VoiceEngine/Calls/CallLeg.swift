import CallControl

/// One leg as its session sees it.
protocol CallLeg: AnyObject {
    var id: CallID { get }
    var media: LegMedia { get }
    /// The dialog once the leg is answered.
    var dialog: LegDialog? { get }
    /// Ends the leg whatever its state; an event tells when it is over.
    func hangup(code: Int, headers: CallHeaders)
    func sendDigits(_ digits: String)
    func handleTones(_ enabled: Bool, kinds: Set<DTMFKind>)
}
