import AsyncHTTPClient
import Foundation
import NIOCore

/// `switchboard serve` as a process of its own, with everything under one temporary directory.
final class ServerProcess: @unchecked Sendable {  // Nothing changes but the process, whose class is thread-safe.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What server and workers used up to now.
    struct Usage {
        var server: ProcessFigures
        /// All script workers together, the waiting ones too.
        var workers: ProcessFigures
    }

    static let sipAddress = "127.0.0.1"
    let directory: String
    let ports: Ports
    private let process = Process()

    struct Ports {
        var portal: Int
        var controller: Int
        var platform: Int
        var sip: Int
    }

    init(program: String, seed: String, scenarios: String, numbers: [String], trunk: String) throws {
        directory = NSTemporaryDirectory() + "switchboard-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        ports = try FreePorts.choose()
        try Data(seed.utf8).write(to: URL(filePath: "\(directory)/company.json"))
        process.executableURL = URL(filePath: program)
        process.arguments =
            ["serve", "--controller-scenarios", scenarios]
            + Self.settings(directory, ports, numbers: numbers, trunk: trunk)
        process.currentDirectoryURL = URL(filePath: FileManager.default.currentDirectoryPath)
        let log = "\(directory)/server.log"
        guard FileManager.default.createFile(atPath: log, contents: nil) else {
            throw Failure(description: "The file \(log) cannot be made: check the temporary directory.")
        }
        process.standardError = try FileHandle(forWritingTo: URL(filePath: log))
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
    }

    private static func settings(_ directory: String, _ ports: Ports, numbers: [String], trunk: String) -> [String] {
        [
            "--data-directory", directory, "--portal-seed", "\(directory)/company.json", "--log-level", "warning",
            "--portal-port", "\(ports.portal)", "--controller-port", "\(ports.controller)",
            "--voice-http-port", "\(ports.platform)", "--voice-sip-address", sipAddress,
            "--voice-sip-port", "\(ports.sip)", "--voice-trunks", "bench \(trunk)/32",
        ] + numbers.flatMap { ["--voice-numbers", "\($0) RU GEOGRAPHIC Kaliningrad 0"] }
    }

    var portalURL: String { "http://127.0.0.1:\(ports.portal)" }

    /// Starts the process and waits until the portal takes requests.
    func start(client: HTTPClient) async throws {
        try process.run()
        for _ in 0..<300 {
            guard process.isRunning else { break }
            let answer = try? await client.execute(HTTPClientRequest(url: "\(portalURL)/"), timeout: .seconds(2))
            if answer != nil { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Failure(description: "The server did not start; it said:\n\(log)")
    }

    /// The last lines of what the server wrote.
    var log: String {
        let text = (try? String(contentsOfFile: "\(directory)/server.log", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(20).joined(separator: "\n")
    }

    func usage() throws -> Usage {
        guard let server = ProcessFigures(of: process.processIdentifier) else {
            throw Failure(description: "The server has ended; it said:\n\(log)")
        }
        var workers = server
        (workers.cpu, workers.memory) = (0, 0)
        for child in ProcessFigures.children(of: process.processIdentifier) {
            guard let figures = ProcessFigures(of: child) else { continue }
            workers.cpu += figures.cpu
            workers.memory += figures.memory
        }
        return Usage(server: server, workers: workers)
    }

    /// Ends the process, by force when it does not end in good order, and removes its files.
    func stop(keepingFiles: Bool) {
        if process.isRunning {
            process.terminate()
            let deadline = Date(timeIntervalSinceNow: 15)
            while process.isRunning, Date() < deadline { Thread.sleep(forTimeInterval: 0.05) }
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
        if !keepingFiles { try? FileManager.default.removeItem(atPath: directory) }
    }
}
