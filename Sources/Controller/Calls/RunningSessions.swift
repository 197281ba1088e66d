/// Tells which requests under the key from before a move come from a session that had begun then.
///
/// A session goes on with the text that it began with, and so with that key; whoever else has it is the portal's former
/// place, which has nothing to say any more.
struct RunningSessions: Sendable {
    let calls: CallStore
    let provisioner: Provisioner
    let now: @Sendable () -> Moment

    /// Whether the request is about a call that runs, or a report that comes again because its answer was lost.
    func admit(_ admitted: RequestGate.Admitted) async throws -> Bool {
        guard let fields = FormFields(admitted.body), let key = CallKey(rawValue: fields["CALL_ID"]) else {
            return false
        }
        switch try await calls.find(key, admitted.portal.id)?.state {
        case .alerting, .routed, .connected, .ended: return true
        case .closed: return fields["COMMAND"] == ScenarioEndpoint.Command.history.rawValue
        case .lost: return false
        // A session that had not asked for anything yet: the platform knows whether it is there.
        case nil: return try await isRunning(key, admitted.portal.id)
        }
    }

    private func isRunning(_ key: CallKey, _ portal: PortalID) async throws -> Bool {
        guard let account = try await provisioner.existing(portal) else { return false }
        let moment = now()
        let session = try await provisioner.platform.session(of: key, since: moment, now: moment, account.credentials)
        return session.map { $0.customData == key.rawValue && !$0.hasEnded } ?? false
    }
}
