/// What the doctor found out about one thing.
struct Check: Codable, Sendable {
    enum Verdict: String, Codable, Sendable { case good, warning, bad }

    let name: String
    let verdict: Verdict
    let finding: String
    /// What to do about it; absent when all is well.
    let remedy: String?

    static func good(_ name: String, _ finding: String) -> Check {
        Check(name: name, verdict: .good, finding: finding, remedy: nil)
    }

    static func warning(_ name: String, _ finding: String, remedy: String) -> Check {
        Check(name: name, verdict: .warning, finding: finding, remedy: remedy)
    }

    static func bad(_ name: String, _ finding: String, remedy: String) -> Check {
        Check(name: name, verdict: .bad, finding: finding, remedy: remedy)
    }
}
