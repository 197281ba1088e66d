import AsyncHTTPClient
import Foundation
import NIOCore

/// `switchboard serve` in processes of its own, with everything under one temporary directory.
final class ServerProcess: @unchecked Sendable {  // Nothing changes but the processes, whose class is thread-safe.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// How the systems are spread over processes.
    enum Shape { case together, apart }

    /// What the processes used up to now.
    struct Usage {
        /// All systems together, without the script workers.
        var server = ProcessFigures(cpu: 0, memory: 0)
        /// The template of the script processes and the processes of sessions, those that have ended too.
        var workers = ProcessFigures(cpu: 0, memory: 0)
        /// Each process by its role.
        var roles: [String: ProcessFigures] = [:]
    }

    /// What the server is given.
    struct Site {
        var program: String
        var scenarios: String
        var seed: String
        var number: String
        var trunk: String
    }

    struct Ports {
        var portal: Int
        var controller: Int
        var platform: Int
        var sip: Int
    }

    static let sipAddress = "127.0.0.1"
    let directory: String
    let ports: Ports
    private let processes: [(role: String, process: Process)]

    init(_ site: Site, shape: Shape) throws {
        directory = NSTemporaryDirectory() + "switchboard-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        ports = try FreePorts.choose()
        try Data(site.seed.utf8).write(to: URL(filePath: "\(directory)/company.json"))
        let log = "\(directory)/server.log"
        guard FileManager.default.createFile(atPath: log, contents: nil) else {
            throw Failure(description: "The file \(log) cannot be made: check the temporary directory.")
        }
        let output = try FileHandle(forWritingTo: URL(filePath: log))
        try output.seekToEnd()
        let arguments = Self.arguments(site, directory, ports)
        let roles = shape == .together ? ["all"] : ["voice", "controller", "portal"]
        processes = roles.map { role in
            let process = Process()
            process.executableURL = URL(filePath: site.program)
            process.arguments = arguments + (role == "all" ? [] : ["--role", role])
            process.standardError = output
            process.standardOutput = FileHandle.nullDevice
            process.standardInput = FileHandle.nullDevice
            return (role, process)
        }
    }

    private static func arguments(_ site: Site, _ directory: String, _ ports: Ports) -> [String] {
        [
            "serve", "--controller-scenarios", site.scenarios, "--data-directory", directory,
            "--portal-seed", "\(directory)/company.json", "--log-level", "warning",
            "--portal-port", "\(ports.portal)", "--controller-port", "\(ports.controller)",
            "--voice-http-port", "\(ports.platform)", "--voice-sip-address", sipAddress,
            "--voice-sip-port", "\(ports.sip)", "--voice-trunks", "bench \(site.trunk)/32",
            "--voice-numbers", "\(site.number) RU GEOGRAPHIC Kaliningrad 0",
        ]
    }

    var portalURL: String { "http://127.0.0.1:\(ports.portal)" }

    /// Starts the processes and waits until each takes requests, the first before the others: it makes the secrets.
    func start(client: HTTPClient) async throws {
        for (role, process) in processes {
            try process.run()
            switch role {
            case "voice": try await wait(for: ports.platform, process, client)
            case "controller": try await wait(for: ports.controller, process, client)
            default: try await wait(for: ports.portal, process, client)
            }
        }
    }

    private func wait(for port: Int, _ process: Process, _ client: HTTPClient) async throws {
        for _ in 0..<300 where process.isRunning {
            let answer = try? await client.execute(
                HTTPClientRequest(url: "http://127.0.0.1:\(port)/"), timeout: .seconds(2))
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
        var usage = Usage()
        for (role, process) in processes {
            guard let figures = ProcessFigures(of: process.processIdentifier) else {
                throw Failure(description: "The server has ended; it said:\n\(log)")
            }
            usage.roles[role] = figures
            usage.server.add(figures)
            for child in ProcessFigures.descendants(of: process.processIdentifier) {
                if let figures = ProcessFigures(of: child) { usage.workers.add(figures) }
            }
        }
        return usage
    }

    /// Ends the processes, by force when one does not end in good order, and removes their files.
    func stop(keepingFiles: Bool) {
        let running = processes.map(\.process).filter(\.isRunning)
        for process in running { process.terminate() }
        let deadline = Date(timeIntervalSinceNow: 15)
        while running.contains(where: \.isRunning), Date() < deadline { Thread.sleep(forTimeInterval: 0.05) }
        for process in running where process.isRunning { kill(process.processIdentifier, SIGKILL) }
        for process in running { process.waitUntilExit() }
        if !keepingFiles { try? FileManager.default.removeItem(atPath: directory) }
    }
}
