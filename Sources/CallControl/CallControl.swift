/// The engine as one session sees it: commands go in here, events come back through the session's event handler.
///
/// Both directions run on the session's event loop; `execute` returns at once and never calls the event handler
/// before it has returned.
public protocol CallControl: AnyObject {
    func execute(_ command: CallCommand)
    /// Ends every leg of the session; no event follows.
    func endSession()
}
