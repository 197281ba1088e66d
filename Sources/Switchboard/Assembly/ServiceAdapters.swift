import ServiceLifecycle

/// A service, and something to say once it runs.
struct Announced: Service {
    let service: any Service
    let announce: @Sendable () async throws -> Void

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await service.run() }
            group.addTask { try? await announce() }
            // The announcement ends by itself; the service's end is the end.
            try await group.waitForAll()
        }
    }
}

/// A service that can only be made when others run.
struct Deferred: Service {
    let make: @Sendable () async throws -> any Service

    func run() async throws { try await make().run() }
}
