extension SessionOutcome {
    /// Fields of a scenario's messages that say how the session went.
    static let fieldNames: Set<String> = [versionField, failedField, "ANSWER_MILLISECONDS"]
    private static let versionField = "SCENARIO_VERSION"
    private static let failedField = "SCENARIO_FAILED"
    private static let longestAnswer: Int64 = 86_400_000

    /// What a scenario's report tells; a field that makes no sense tells nothing.
    init(_ report: FormFields) {
        version = Self.version(report)
        failure = report[Self.failedField] == "Y" ? .scriptError : nil
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

    /// A report with version and failure as the scenario would tell them.
    func noted(in report: FormFields) -> FormFields {
        var report = report
        if let version { report = report.with(Self.versionField, String(version.rawValue)) }
        return failure == nil ? report : report.with(Self.failedField, "Y")
    }
}
