import AsyncHTTPClient
import Billing
import HTTPServing
import Hummingbird
import Logging

@testable import Controller

extension FakePlatform {
    typealias Client = @Sendable ([Currency: ServiceKey]) -> ManagementClient

    /// Listens while the body runs, which gets a maker of clients.
    func serve(
        now: @escaping @Sendable () -> Moment = { Moment(milliseconds: 1_772_355_600_000) },
        _ body: (Client) async throws -> Void
    ) async throws {
        let port = Promise<Int>()
        let server = Application(
            router: router(), server: .orderlyHTTP1(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.fulfil($0.localAddress?.port ?? 0) },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let address = "http://127.0.0.1:\(await port.value)"
            defer { group.cancelAll() }
            try await body { keys in
                ManagementClient(
                    transport: ManagementTransport(
                        baseURL: address, http: HTTPClient.shared, limit: .seconds(30), clock: ContinuousClock()),
                    tokens: ServiceTokens(keys: keys, now: now))
            }
        }
    }
}
