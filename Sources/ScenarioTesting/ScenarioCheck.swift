/// Finds out whether a script can be loaded, before anybody's call depends on it.
public struct ScenarioCheck: Sendable {
    private static let failure = "JS session error: "

    /// - Parameter workerExecutable: the `script-worker` program; nil means the one beside the running program.
    public init(workerExecutable: String? = nil) { self.workerExecutable = workerExecutable }

    private let workerExecutable: String?

    /// Loads the script in a session that no call starts; what it does besides reaches nobody.
    ///
    /// - Parameter constants: Put before the script, as the controller does.
    /// - Returns: What is wrong with it, in the engine's words and with its line; nil when it could be loaded.
    /// - Throws: When the worker program cannot run.
    public func problem(in script: String, constants: [(name: String, value: String)]) async throws -> String? {
        let stage = ScenarioStage(workerExecutable: workerExecutable)
        try await stage.start()
        let text = constants.map { "const \($0.name) = \"\($0.value)\"; " }.joined() + script
        let outcome = try await stage.run(Self.test(text))
        try await stage.shutdown()
        let failures = outcome.journal.filter { $0.text.hasPrefix(Self.failure) }
        return failures.first.map { String($0.text.dropFirst(Self.failure.count)) }
    }

    private static func test(_ text: String) -> ScenarioTest {
        ScenarioTest(
            name: "check", scenarios: [(name: "scenario", text: text)], start: 1_772_442_000_000, call: nil,
            customData: nil, caller: .nothing, phones: [:], web: [], sounds: [], storage: [:], steps: [],
            expectations: [], limit: SpokenTime(milliseconds: 1000))
    }
}
