import SIP

/// Decides how a leg goes on when one of its branches does not.
protocol BranchOwner: AnyObject {
    /// The callee of a branch has been reached.
    func branchReached(_ handle: SessionHandle)
    /// A branch has failed before anybody answered.
    ///
    /// - Returns: true when another branch takes its place.
    func branchFailed(_ handle: SessionHandle, _ failure: InviteFailure) -> Bool
}
