/// One call for those who may look into it: its portal, and the support that the portal has let in.
///
/// Nothing of the voice platform is in it.
struct CallView: Sendable {
    let calls: CallStore
    let history: HistoryStore

    /// The call with every decision that was made for it, and its history once there is one.
    ///
    /// - Throws: `ControllerError` with `callNotFound`.
    func show(_ key: CallKey, _ portal: PortalID) async throws -> JSONValue {
        let (call, entry) = (try await calls.find(key, portal), try await history.find(key, portal))
        guard call != nil || entry != nil else { throw Self.noCall }
        return [
            "call_id": .text(key.rawValue), "line": (call?.line.rawValue).json,
            "phone_number": (call?.phoneNumber).json, "caller": (call?.callerID).json,
            "state": (call?.state.rawValue).json, "user_id": (call?.userID).json, "answer": (call?.lastAnswer).json,
            "created_at": (call?.createdAt.milliseconds).json, "connected_at": (call?.connectedAt?.milliseconds).json,
            "ended_at": (call?.endedAt?.milliseconds).json, "history": entry?.told ?? .null,
            "history_source": (entry?.source).json, "decisions": .list(call?.decisions ?? []),
        ]
    }

    static let noCall = ControllerError(.callNotFound, "the portal has no such call")
}
