import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// Measures real calls: through a trunk, the scenario, the controller and the portal's CRM to an employee's phone.
///
/// Portal, controller and voice platform run in one process of their own; its processor time and memory count, and those
/// of its script workers. Callers and phones are in this process and do not count.
struct CallBenchmark {
    /// Calls that the time of a call is measured over, and how many begin in a second.
    var calls = 300
    var rate = 10.0
    /// Calls that stand together when the memory is measured.
    var standing = 200
    /// From the answer to the hang-up.
    var hold = TimeAmount.seconds(1)
    var registrations = 1000
    var program: String
    /// Folder of the call scenario.
    var scenarios: String
    var keepsFiles = false
    /// Told before each step.
    var progress: @Sendable (String) -> Void

    private static let trunkAddress = "127.0.0.3"
    private static let phoneAddress = "127.0.0.4"

    func run() async throws -> [Figure] {
        let server = try ServerProcess(
            program: program, seed: BenchCompany.seed(), scenarios: scenarios, numbers: [BenchCompany.number],
            trunk: Self.trunkAddress)
        let watchdog = Watchdog(seconds: timeLimit) { server.stop(keepingFiles: false) }
        defer { withExtendedLifetime(watchdog) {} }
        do {
            let figures = try await measure(server)
            server.stop(keepingFiles: keepsFiles)
            return figures
        } catch {
            server.stop(keepingFiles: true)
            progress("The server's files stay in \(server.directory); it said:\n\(server.log)")
            throw error
        }
    }

    private func measure(_ server: ServerProcess) async throws -> [Figure] {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let address = LoadStation.Server(
            address: ServerProcess.sipAddress, port: UInt16(clamping: server.ports.sip))
        let callers = try LoadStation(address: Self.trunkAddress, server: address, eventLoop: loop)
        let phones = try LoadStation(address: Self.phoneAddress, server: address, eventLoop: loop)
        progress("Starting the server.")
        try await server.start(client: .shared)
        try await callers.start()
        try await phones.start()
        let accounts = try await accounts(server)
        try await registerAll(accounts, at: phones)
        var figures: [Figure] = []
        progress("Making a few calls, so that everything is loaded.")
        try check(try await load(callers, count: 20, rate: 4))
        figures += try await memory(server, callers)
        figures += try await time(server, callers)
        figures += try await registration(server, phones, accounts)
        await callers.stop()
        await phones.stop()
        return figures
    }

    /// Twice what the steps should take, in seconds.
    private var timeLimit: Int { 120 + Int(2 * Double(calls + standing) / rate) }

    // MARK: Preparation

    private func accounts(_ server: ServerProcess) async throws -> [PortalClient.PhoneCredentials] {
        let portal = PortalClient(url: server.portalURL, client: .shared)
        var accounts: [PortalClient.PhoneCredentials] = []
        for employee in BenchCompany.employees {
            accounts.append(
                try await portal.phoneCredentials(
                    login: BenchCompany.login(employee), password: BenchCompany.password))
        }
        return accounts
    }

    private func registerAll(_ accounts: [PortalClient.PhoneCredentials], at phones: LoadStation) async throws {
        for account in accounts {
            let status = try await phones.register(account)
            guard status == 200 else {
                throw ServerProcess.Failure(description: "\(account.user) was not registered: \(status).")
            }
        }
    }

    // MARK: Memory

    private func memory(_ server: ServerProcess, _ callers: LoadStation) async throws -> [Figure] {
        progress("Measuring memory with \(standing) calls at once.")
        try await Task.sleep(for: .seconds(3))
        let before = try server.usage()
        var calls: [LoadCall] = []
        for index in 0..<standing {
            calls.append(
                try await callers.call(
                    BenchCompany.number, from: BenchCompany.customerNumber(index), hold: nil))
            try await Task.sleep(for: .seconds(1 / rate))
        }
        for call in calls {
            guard try await call.isAnswered() else {
                throw ServerProcess.Failure(description: "A call was not answered: \(try await call.end()).")
            }
        }
        try await Task.sleep(for: .seconds(2))
        let after = try server.usage()
        for call in calls { try await call.hangUp() }
        for call in calls { _ = try await call.end() }
        try await Task.sleep(for: .seconds(3))
        func perCall(_ part: KeyPath<ServerProcess.Usage, ProcessFigures>) -> Double {
            Double(after[keyPath: part].memory - before[keyPath: part].memory) / 1024 / Double(standing)
        }
        return [
            .measured("call.memory_kib", perCall(\.server), "KiB per call"),
            .measured("script.session_kib", perCall(\.workers), "KiB per session"),
            .measured("server.idle_mib", Double(before.server.memory) / 1_048_576, "MiB"),
            .measured("script.workers_idle_mib", Double(before.workers.memory) / 1_048_576, "MiB"),
        ]
    }

    // MARK: Time

    private func time(_ server: ServerProcess, _ callers: LoadStation) async throws -> [Figure] {
        progress("Measuring \(calls) calls, \(Int(rate)) a second.")
        let idle = try await idleLoad(server)
        let begun = ContinuousClock.now
        let start = try server.usage()
        let outcomes = try await load(callers, count: calls, rate: rate)
        // What the end of a call still causes (history, log) belongs to it.
        try await Task.sleep(for: .seconds(2))
        let end = try server.usage()
        let seconds = (ContinuousClock.now - begun) / .seconds(1)
        try check(outcomes)
        let (serverTime, workerTime) = (
            end.server.cpu - start.server.cpu - idle.server * seconds,
            end.workers.cpu - start.workers.cpu - idle.workers * seconds
        )
        func each(_ seconds: Double) -> Double { seconds * 1000 / Double(outcomes.count) }
        var (ringing, answer) = (Samples(), Samples())
        for outcome in outcomes {
            if let delay = outcome.toRinging { ringing.add(Double(delay.nanoseconds) / 1e6) }
            if let delay = outcome.toAnswer { answer.add(Double(delay.nanoseconds) / 1e6) }
        }
        return [
            .measured("call.cpu_ms", each(serverTime + workerTime), "ms per call"),
            .measured("call.server_cpu_ms", each(serverTime), "ms per call"),
            .measured("script.session_cpu_ms", each(workerTime), "ms per session"),
            .measured("call.invite_to_180_ms", ringing.median, "ms, median"),
            .measured("call.invite_to_180_p95_ms", ringing.percentile(0.95), "ms, 95 of 100"),
            .measured("call.invite_to_200_ms", answer.median, "ms, median"),
            .measured("server.idle_cpu_ms_per_s", idle.server * 1000, "ms per second"),
        ]
    }

    /// Shares of a core that server and workers use while nothing happens.
    private func idleLoad(_ server: ServerProcess) async throws -> (server: Double, workers: Double) {
        let (begun, before) = (ContinuousClock.now, try server.usage())
        try await Task.sleep(for: .seconds(5))
        let after = try server.usage()
        let seconds = (ContinuousClock.now - begun) / .seconds(1)
        return ((after.server.cpu - before.server.cpu) / seconds, (after.workers.cpu - before.workers.cpu) / seconds)
    }

    /// Calls at a steady rate; returns when all have ended.
    private func load(
        _ callers: LoadStation, count: Int, rate: Double
    ) async throws -> [LoadCall.Outcome] {
        let begun = ContinuousClock.now
        return try await withThrowingTaskGroup(of: LoadCall.Outcome.self) { group in
            for index in 0..<count {
                let due = begun + .seconds(Double(index) / rate)
                group.addTask { [hold] in
                    try await Task.sleep(until: due)
                    let call = try await callers.call(
                        BenchCompany.number, from: BenchCompany.customerNumber(index), hold: hold)
                    return try await call.end()
                }
            }
            var outcomes: [LoadCall.Outcome] = []
            for try await outcome in group { outcomes.append(outcome) }
            return outcomes
        }
    }

    private func check(_ outcomes: [LoadCall.Outcome]) throws {
        let failed = outcomes.filter { $0.toAnswer == nil }
        guard failed.isEmpty else {
            let statuses = failed.map { $0.failure.map(String.init) ?? "none" }
            throw ServerProcess.Failure(
                description: "\(failed.count) of \(outcomes.count) calls were not answered; statuses: \(statuses).")
        }
    }

    // MARK: Registration

    private func registration(
        _ server: ServerProcess, _ phones: LoadStation, _ accounts: [PortalClient.PhoneCredentials]
    ) async throws -> [Figure] {
        progress("Measuring \(registrations) registrations.")
        let before = try server.usage()
        for index in 0..<registrations {
            let status = try await phones.register(accounts[index % accounts.count])
            guard status == 200 else {
                throw ServerProcess.Failure(description: "A registration was refused: \(status).")
            }
        }
        let after = try server.usage()
        let time = (after.server.cpu - before.server.cpu) * 1000 / Double(registrations)
        return [.measured("sip.register_cpu_ms", time, "ms, challenge and answer")]
    }
}
