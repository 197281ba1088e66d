import Foundation
import Testing

@testable import Controller

/// A licence server that knows every portal, as a process of its own: one that shared that of the portals would answer late when
/// they are many, and be taken for one that is away.
struct LicenceProcess: Sendable {
    private let program: PythonProgram
    let address: String

    /// - Parameter portal: The address of every portal.
    init(portal: String) async throws {
        program = try PythonProgram("licences.py", [portal, FakeLicenceServer.token])
        address = "http://127.0.0.1:\(try await program.line())"
    }

    /// How many questions it has had, and about how many portals.
    func asked() async throws -> (questions: Int, portals: Int) {
        try program.say("asked")
        let numbers = try await program.line().split(separator: " ").compactMap { Int($0) }
        try #require(numbers.count == 2)
        return (numbers[0], numbers[1])
    }

    func end() async { await program.end() }
}
