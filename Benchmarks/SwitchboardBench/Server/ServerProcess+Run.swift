extension ServerProcess {
    /// Runs `body` with a server that is ended after it, and after a time whatever happens.
    ///
    /// - Parameters:
    ///   - seconds: After so long the measurement is given up.
    ///   - progress: Told where the server's files stay when something fails.
    static func run(
        _ site: Site, shape: Shape, seconds: Int, keepingFiles: Bool = false,
        progress: @Sendable (String) -> Void, _ body: (ServerProcess) async throws -> [Figure]
    ) async throws -> [Figure] {
        let server = try ServerProcess(site, shape: shape)
        let watchdog = Watchdog(seconds: seconds) { server.stop(keepingFiles: false) }
        defer { withExtendedLifetime(watchdog) {} }
        do {
            let figures = try await body(server)
            server.stop(keepingFiles: keepingFiles)
            return figures
        } catch {
            server.stop(keepingFiles: true)
            progress("The server's files stay in \(server.directory); it said:\n\(server.log)")
            throw error
        }
    }
}

extension ServerProcess.Site {
    /// The company of the benchmark, with calls from one address of a trunk.
    static func bench(program: String, scenarios: String, trunk: String) throws -> ServerProcess.Site {
        ServerProcess.Site(
            program: program, scenarios: scenarios, seed: try BenchCompany.seed(), number: BenchCompany.number,
            trunk: trunk)
    }
}
