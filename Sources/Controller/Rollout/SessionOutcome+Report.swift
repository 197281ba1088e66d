extension SessionOutcome {
    /// Fields of a scenario's messages that say how the session went.
    static let fieldNames: Set<String> = [versionField, "SCENARIO_FAILED", "ANSWER_MILLISECONDS"]
    private static let versionField = "SCENARIO_VERSION"
    private static let longestAnswer: Int64 = 86_400_000

    /// What a scenario's report tells; a field that makes no sense tells nothing.
    init(_ report: FormFields) {
        version = Self.version(report)
        failure = report["SCENARIO_FAILED"] == "Y" ? .scriptError : nil
        if report["CALL_STATUS"] == "true", let time = Int64(report["ANSWER_MILLISECONDS"]),
            (0...Self.longestAnswer).contains(time)
        {
            timeToAnswer = .milliseconds(time)
        }
    }

    /// The version that the scenario says to be.
    static func version(_ fields: FormFields) -> ScenarioNumber? {
        Int64(fields[versionField]).flatMap { $0 > 0 ? ScenarioNumber(rawValue: $0) : nil }
    }

    /// The fields without the version, which then is not counted.
    static func withoutVersion(_ fields: FormFields) -> FormFields {
        FormFields(fields.fields.filter { $0.name != versionField })
    }
}
