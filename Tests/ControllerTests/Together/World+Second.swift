import Logging
import ServiceLifecycle

@testable import Controller

extension World {
    /// Runs `test` beside a second controller of the same configuration and database, then ends that one.
    func withSecond(_ test: @Sendable (World) async throws -> Void) async throws {
        let (port, log) = (Promise<Int>(), RecordedLog())
        let controller = TelephonyController(
            configuration, logger: Logger(label: "second") { _ in RecordingLogHandler(log: log) },
            onListening: { port.fulfil($0) })
        let services = ServiceGroup(
            services: [controller], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await services.run() } catch {
                    // Who waits for its port learns that nobody listens.
                    port.fulfil(1)
                    throw error
                }
            }
            let second = World(
                platform: platform, portal: portal, base: "http://127.0.0.1:\(await port.value)",
                platformBase: platformBase, log: log, databasePath: databasePath, configuration: configuration)
            let result: Result<Void, any Error>
            do { result = .success(try await test(second)) } catch { result = .failure(error) }
            await services.triggerGracefulShutdown()
            try await group.next()
            try result.get()
        }
    }

    /// Asks again and again until the answer is the one that is expected; notifications take some milliseconds.
    static func until(
        _ what: String, _ ask: @escaping @Sendable () async throws -> Bool
    ) async throws {
        try await within(.seconds(120), what) {
            while try await !ask() { try Task.checkCancellation() }
        }
    }
}
