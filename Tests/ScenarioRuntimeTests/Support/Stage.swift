import CallControl
import Foundation
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import ScenarioRuntime

/// A runtime with real workers, a clock that the test moves, and fakes for everything else.
final class Stage: @unchecked Sendable {  // What is not constant is used on the event loop only.
    let eventLoop: any EventLoop = NIOSingletons.posixEventLoopGroup.next()
    let clock = VirtualClock(unixMilliseconds: Stage.start)
    let http = FakeHTTPClient()
    let mail = FakeMailClient()
    let sockets = FakeSocketClient()
    let runtime: ScenarioRuntime
    private let directory: URL
    private var nextSession: Int64 = 48_475_497

    /// 2015-07-24 08:50:08 UTC.
    static let start: Int64 = 1_437_727_808_000
    static let callerID = CallID(rawValue: "16214d90008034a8.1437727808.225341")

    private init(
        _ configuration: RuntimeConfiguration, identifiers: PreparedGenerator, mailClient: (any ScenarioMailClient)?,
        socketClient: (any ScenarioSocketClient)?
    ) {
        directory = FileManager.default.temporaryDirectory.appending(path: "session-logs-\(UUID().uuidString)")
        runtime = ScenarioRuntime(
            configuration: configuration, eventLoop: eventLoop, httpClient: http, mailClient: mailClient ?? mail,
            socketClient: socketClient ?? sockets, clock: clock, identifiers: identifiers,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Runs a test on a stage and takes it down, whatever happens.
    ///
    /// - Parameters:
    ///   - mailClient: what sends mails instead of the fake.
    ///   - socketClient: what opens WebSockets instead of the fake.
    static func with<Result>(
        identifiers: PreparedGenerator = PreparedGenerator(), mailClient: (any ScenarioMailClient)? = nil,
        socketClient: (any ScenarioSocketClient)? = nil,
        configure: (inout RuntimeConfiguration) -> Void = { _ in }, _ body: (Stage) async throws -> Result
    ) async throws -> Result {
        var configuration = RuntimeConfiguration(workerExecutable: try WorkerProgram.path())
        configure(&configuration)
        let stage = Stage(
            configuration, identifiers: identifiers, mailClient: mailClient, socketClient: socketClient)
        try await stage.runtime.start().get()
        do {
            let result = try await body(stage)
            await stage.takeDown()
            return result
        } catch {
            await stage.takeDown()
            throw error
        }
    }

    private func takeDown() async {
        try? await runtime.shutdown().get()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Starts a session of one scenario and waits until the script has nothing to do.
    func play(
        _ text: String, name: String = "test", hasCaller: Bool = true, trust: ScenarioTrust = .operatorPublished,
        change: @Sendable (inout SessionStart) -> Void = { _ in }
    ) async throws -> Performance {
        let performance = try await begin(text, name: name, hasCaller: hasCaller, trust: trust, change: change)
        try await performance.settle()
        return performance
    }

    /// Starts a session and waits for nothing.
    func begin(
        _ text: String, name: String = "test", hasCaller: Bool = true, trust: ScenarioTrust = .operatorPublished,
        change: @Sendable (inout SessionStart) -> Void = { _ in }
    ) async throws -> Performance {
        nextSession += 1
        let number = nextSession - 1
        var start = SessionStart(
            sessionID: SessionID(rawValue: number), accountID: AccountID(rawValue: 1),
            applicationID: ApplicationID(rawValue: 2), userID: 1, accessURL: "http://127.0.0.1/request/a/b",
            accessSecureURL: "https://127.0.0.1/request/a/b", logURL: "http://127.0.0.1/log/c",
            scenarios: [ScenarioSource(name: name, text: text)], trust: trust,
            logFile: directory.appending(path: "day/\(number).log").path, incoming: hasCaller ? Stage.incoming : nil)
        change(&start)
        let final = start
        return try await eventLoop.submit { Performance(stage: self, start: final) }.get()
    }

    static let incoming = IncomingCall(
        id: callerID, callerID: "test", destination: "74012000000", displayName: "79112233444",
        fromURI: "sip:test@ip.accountName.voximplant.com", toURI: "sip:74012000000@ip.accountName.voximplant.com",
        headers: ["VI-Client-Type": "user", "VI-Client-Device": "SIP", "VI-Client-IP": "69.167.178.6"])
}

/// Where the worker program of this build is.
enum WorkerProgram {
    static func path() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let directory = URL(fileURLWithPath: own).deletingLastPathComponent()
        let candidates: [String?] = [
            ProcessInfo.processInfo.environment["SCRIPT_WORKER"], directory.appending(path: "script-worker").path,
            directory.appending(path: "ScriptWorker").path,
        ]
        return try #require(
            candidates.compactMap(\.self).first { FileManager.default.isExecutableFile(atPath: $0) },
            "build the product script-worker first")
    }
}
