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

    private static let warmUp = 20
    private static let trunkAddress = "127.0.0.3"
    private static let phoneAddress = "127.0.0.4"

    /// The figures of one process that runs everything.
    func run() async throws -> [Figure] { try await withServer(.together, measure) }

    /// Where the time of a call goes: each system in a process of its own.
    func runApart() async throws -> [Figure] {
        try await withServer(.apart) { server in
            let callers = try await prepare(server).callers
            progress("Measuring \(calls) calls with each system in a process of its own.")
            let use = try await time(server, callers)
            await callers.stop()
            return use.roles.sorted { $0.key < $1.key }.map {
                .measured("call.\($0.key)_cpu_ms", $0.value, "ms per call")
            }
        }
    }

    private func withServer(
        _ shape: ServerProcess.Shape, _ body: (ServerProcess) async throws -> [Figure]
    ) async throws -> [Figure] {
        try await ServerProcess.run(
            .bench(program: program, scenarios: scenarios, trunk: Self.trunkAddress), shape: shape,
            seconds: timeLimit, keepingFiles: keepsFiles, progress: progress, body)
    }

    private func measure(_ server: ServerProcess) async throws -> [Figure] {
        let (callers, phones, accounts) = try await prepare(server)
        var figures = try await memory(server, callers)
        progress("Measuring \(calls) calls, \(Int(rate)) a second.")
        figures += try await time(server, callers).figures
        // Each call went the whole way when a phone answered for it.
        let answered = try await phones.answered()
        let expected = Self.warmUp + standing + calls
        guard answered == expected else {
            throw ServerProcess.Failure(description: "The phones answered \(answered) of \(expected) calls.")
        }
        figures += try await registration(server, phones, accounts)
        await callers.stop()
        await phones.stop()
        return figures
    }

    /// Starts server, callers and phones, and makes a few calls, so that everything is loaded.
    private func prepare(
        _ server: ServerProcess
    ) async throws -> (callers: LoadStation, phones: LoadStation, accounts: [PortalClient.PhoneCredentials]) {
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
        progress("Waiting for the line's number.")
        try await untilLineAnswers(callers)
        progress("Making \(Self.warmUp) calls, so that everything is loaded.")
        try check(try await load(callers, count: Self.warmUp - 1, rate: 4))
        return (callers, phones, accounts)
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

    private struct TimeOfCalls {
        var figures: [Figure]
        /// Milliseconds a call of each process.
        var roles: [String: Double]
    }

    private func time(_ server: ServerProcess, _ callers: LoadStation) async throws -> TimeOfCalls {
        let idle = try await use(server, while: { try await Task.sleep(for: .seconds(5)) })
        var outcomes: [LoadCall.Outcome] = []
        let busy = try await use(server) {
            outcomes = try await load(callers, count: calls, rate: rate)
            // What the end of a call still causes (history, cost, log) belongs to it.
            try await Task.sleep(for: .seconds(3))
        }
        try check(outcomes)
        func each(_ part: (ServerProcess.Usage) -> ProcessFigures?) -> Double {
            func seconds(_ use: Use) -> Double { (part(use.after)?.cpu ?? 0) - (part(use.before)?.cpu ?? 0) }
            return (seconds(busy) - seconds(idle) * busy.seconds / idle.seconds) * 1000 / Double(outcomes.count)
        }
        let (serverTime, workerTime) = (each { $0.server }, each { $0.workers })
        let figures: [Figure] = [
            .measured("call.cpu_ms", serverTime + workerTime, "ms per call"),
            .measured("call.server_cpu_ms", serverTime, "ms per call"),
            .measured("script.session_cpu_ms", workerTime, "ms per session"),
            .measured(
                "server.idle_cpu_ms_per_s", (idle.after.server.cpu - idle.before.server.cpu) * 1000 / idle.seconds,
                "ms per second"),
        ]
        var roles = Dictionary(
            uniqueKeysWithValues: busy.after.roles.keys.map { role in (role, each { $0.roles[role] }) })
        roles["worker"] = workerTime
        return TimeOfCalls(figures: figures + delays(outcomes), roles: roles)
    }

    private func delays(_ outcomes: [LoadCall.Outcome]) -> [Figure] {
        var (ringing, answer) = (Samples(), Samples())
        for outcome in outcomes {
            if let delay = outcome.toRinging { ringing.add(Double(delay.nanoseconds) / 1e6) }
            if let delay = outcome.toAnswer { answer.add(Double(delay.nanoseconds) / 1e6) }
        }
        return [
            .measured("call.invite_to_180_ms", ringing.median, "ms, median"),
            .measured("call.invite_to_180_p95_ms", ringing.percentile(0.95), "ms, 95 of 100"),
            .measured("call.invite_to_200_ms", answer.median, "ms, median"),
        ]
    }

    /// What the processes used in a time.
    private struct Use {
        var before: ServerProcess.Usage
        var after: ServerProcess.Usage
        var seconds: Double
    }

    private func use(_ server: ServerProcess, while body: () async throws -> Void) async throws -> Use {
        let (begun, before) = (ContinuousClock.now, try server.usage())
        try await body()
        return Use(before: before, after: try server.usage(), seconds: (ContinuousClock.now - begun) / .seconds(1))
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

    /// Calls the line until it answers: its number is bought once the portal is up.
    private func untilLineAnswers(_ callers: LoadStation) async throws {
        var outcomes: [LoadCall.Outcome] = []
        for _ in 0..<60 {
            outcomes = try await load(callers, count: 1, rate: 1)
            if outcomes.allSatisfy({ $0.toAnswer != nil }) { return }
            try await Task.sleep(for: .milliseconds(500))
        }
        try check(outcomes)
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
