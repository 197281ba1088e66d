import Foundation
import Synchronization
import TestProcesses

@testable import Controller

/// `switchboard serve` with one role as a process of its own, which a test may kill.
final class ServerProcess: @unchecked Sendable {  // The process is started once, and its number does not change.
    private let process = Process()
    private let port = Promise<Int?>()
    private let output = Collected()

    /// - Parameters:
    ///   - folder: Its data directory, which gets the installation's secrets.
    ///   - variables: What its environment has besides.
    private init(_ role: String, _ folder: String, _ arguments: [String], variables: [String: String] = [:]) throws {
        try Self.writeSecrets(folder)
        process.executableURL = try Self.folder().appending(path: "switchboard")
        process.arguments = ["serve", "--role", role, "--data-directory", folder] + arguments
        let log = Pipe()
        process.standardError = log
        process.standardOutput = FileHandle.nullDevice
        let isFound = Mutex(false)
        log.fileHandleForReading.readabilityHandler = { [port, output] handle in
            let data = handle.availableData
            guard !data.isEmpty else {
                handle.readabilityHandler = nil
                return port.fulfilOnce(nil)
            }
            output.add(String(decoding: data, as: UTF8.self))
            isFound.withLock { isFound in
                guard !isFound, let found = Self.port(in: output.all.joined()) else { return }
                isFound = true
                port.fulfilOnce(found)
            }
        }
        try process.start(variables: variables)
    }

    /// Where the program is: beside the tests, or where `SWITCHBOARD_PROGRAMS` says, for figures of a release build.
    private static func folder() throws -> URL {
        if let other = ProcessInfo.processInfo.environment["SWITCHBOARD_PROGRAMS"] { return URL(filePath: other) }
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(filePath: tests).deletingLastPathComponent()
    }

    /// A controller.
    ///
    /// - Parameters:
    ///   - database: The address of a database.
    ///   - licences: The address of a licence server.
    static func controller(
        _ folder: String, database: String, platform: String, portal: String, licences: String? = nil
    ) throws -> ServerProcess {
        let tokenName = "LICENCE_TOKEN"
        let licenceArguments = licences.map {
            ["--controller-licence-url", $0, "--controller-licence-environment", tokenName]
        }
        return try ServerProcess(
            "controller", folder,
            [
                "--controller-database", database, "--controller-port", "0", "--controller-url",
                "http://controller.example", "--voice-http-url", platform, "--portal-url", portal, "--portal-id",
                "demo", "--portal-currency", "RUB", "--controller-reconciliation-seconds", "1",
            ] + (licenceArguments ?? []),
            variables: [tokenName: FakeLicenceServer.token])
    }

    /// A voice platform, with its database in the folder.
    static func voicePlatform(_ folder: String) throws -> ServerProcess {
        try ServerProcess("voice", folder, ["--voice-http-port", "0", "--voice-sip-port", "0"])
    }

    /// Its address, once it listens; fails with all that it has said when it ends or takes too long.
    func address() async throws -> String {
        struct Silent: Error, CustomStringConvertible { let description: String }
        do {
            guard let port = try await within(.seconds(120), "server that listens", { [port] in await port.value })
            else { throw Silent(description: "the server has ended") }
            return "http://127.0.0.1:\(port)"
        } catch {
            throw Silent(description: "\(error); it has said:\n\(output.all.joined())")
        }
    }

    var log: String { output.all.joined() }

    /// Processor time that it has taken so far.
    var processorSeconds: Double {
        // Fields 14 and 15 count clock ticks; the name in field 2 may hold anything, hence the search from behind.
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/stat", encoding: .utf8)) ?? ""
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else { return 0 }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// `kill -9`.
    func kill() {
        guard process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    private static func port(in log: String) -> Int? {
        log.firstMatch(of: /listening on 127\.0\.0\.1:(\d+)\n/).flatMap { Int($0.1) }
    }

    private static func writeSecrets(_ folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let secrets: JSONValue = [
            "licenceKey": .text(World.licence), "operatorToken": .text(World.token),
            "masterKeys": ["RUB": .text(World.masterKey)], "storageKey": .text(String(repeating: "07", count: 32)),
        ]
        try Data(secrets.encoded.utf8).write(to: URL(filePath: "\(folder)/secrets.json"))
    }
}
