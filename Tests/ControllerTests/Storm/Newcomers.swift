import AsyncHTTPClient
import Foundation
import NIOCore
import RequestSigning
import Synchronization
import Testing

@testable import Controller

/// Portals that ask for the first time, each when its moment comes, and ask again until they are served, as the
/// product's own portal does.
final class Newcomers: Sendable {
    /// How fast they come: ten thousand in a minute.
    static let pause = Duration.seconds(60) / 10_000
    /// How long a portal waits for an answer, and how long it waits after none until it asks again.
    static let patience = TimeAmount.seconds(10)
    static let retryPause = Duration.seconds(5)

    private enum Answer {
        case served
        case again(after: Duration)
    }

    /// How it went.
    struct Report: Sendable {
        /// From the first request until the last portal had come, and until the last had its account.
        var arrival = Duration.zero
        var end = Duration.zero
        /// How long each portal waited for its account.
        var waits: [Duration] = []
        /// Requests that were told to come again, and those whose portal lost its patience.
        var refused = 0
        var abandoned = 0

        func wait(_ share: Double) -> Duration { waits.sorted()[Int(Double(waits.count - 1) * share)] }
    }

    private let world: World
    private let portals: [String]
    private let report = Mutex(Report())

    init(_ portals: [String], at world: World) {
        var world = world
        world.patience = Self.patience
        (self.portals, self.world) = (portals, world)
    }

    func run() async throws -> Report {
        let begin = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, portal) in portals.enumerated() {
                try await ContinuousClock().sleep(until: begin + Self.pause * number)
                group.addTask { try await self.come(portal) }
            }
            report.withLock { $0.arrival = ContinuousClock.now - begin }
            try await group.waitForAll()
        }
        return report.withLock { report in
            report.end = ContinuousClock.now - begin
            return report
        }
    }

    private func come(_ portal: String) async throws {
        let begin = ContinuousClock.now
        while case .again(let pause) = try await ask(portal) { try await ContinuousClock().sleep(for: pause) }
        report.withLock { $0.waits.append(ContinuousClock.now - begin) }
    }

    private func ask(_ portal: String) async throws -> Answer {
        var signing = World.Signing(direction: .portalToController)
        (signing.portal, signing.licence) = (portal, "KEY-OF-\(portal)")
        let answer: World.Answer
        do {
            answer = try await world.send("/portal/GetAccountInfo", "{}", signing)
        } catch let error as HTTPClientError where Self.isImpatience(error) {
            report.withLock { $0.abandoned += 1 }
            return .again(after: Self.retryPause)
        }
        if answer.status == 200 { return .served }
        let pause = answer.retryAfter.flatMap { Int($0) }
        #expect(answer.status == 503 && pause != nil, "\(portal): \(answer.status) \(answer.text)")
        report.withLock { $0.refused += 1 }
        return .again(after: .seconds(pause ?? 5))
    }

    /// The time was over while the portal waited for an answer, or for the connection.
    private static func isImpatience(_ error: HTTPClientError) -> Bool {
        [.deadlineExceeded, .connectTimeout, .getConnectionFromPoolTimeout].contains(error)
    }
}
