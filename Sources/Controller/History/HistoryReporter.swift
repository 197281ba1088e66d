import Logging
import PhoneNumbers

/// Takes the scenarios' reports of finished calls.
struct HistoryReporter: Sendable {
    let calls: CallStore
    let history: HistoryStore
    let versions: ScenarioVersions
    let now: @Sendable () -> Moment
    let logger: Logger

    /// Records the report and has it delivered; the same call again changes nothing.
    ///
    /// One that comes after the platform's word of the call takes its place.
    func take(_ fields: FormFields, _ key: CallKey, _ portal: Portal) async throws {
        var fields = fields
        // Only versions that are in use are counted: a scenario can say any number.
        if let version = SessionOutcome.version(fields), versions.plan[version] == nil {
            fields = SessionOutcome.withoutVersion(fields)
        }
        let reception = try await history.record(
            fields, key, portal.id, source: .scenario, outcome: SessionOutcome(fields), at: now())
        guard reception != .repeated else { return }
        calls.forget(key, portal.id)
        logger.info(
            reception == .first ? "call ended" : "report of a reconciled call came late",
            metadata: [
                "call.id": "\(key)", "portal.id": "\(portal.id)", "caller": "\(RedactedNumber(fields["PHONE_NUMBER"]))",
                "duration": "\(fields["CALL_DURATION"])", "success": "\(fields["CALL_STATUS"] == "true")",
            ])
    }
}
