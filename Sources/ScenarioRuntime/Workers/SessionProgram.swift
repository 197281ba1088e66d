import WorkerProtocol

/// What the process of a session runs, and within which bounds.
struct SessionProgram {
    /// Evaluated in order in one scope.
    var scenarios: [ScenarioSource]
    var trust: ScenarioTrust
    var allowance: SessionAllowance
    /// JSON that the API is told before the scenarios are evaluated, or nothing.
    var preface: [UInt8] = []
}
