import Foundation
import Synchronization
import TestProcesses

@testable import Controller

/// `switchboard serve --role controller` as a process of its own, which a test may kill.
final class ControllerProcess: @unchecked Sendable {  // The process is started once, and its number does not change.
    private let process = Process()
    private let port = Promise<Int?>()
    private let output = Collected()

    /// - Parameters:
    ///   - folder: Its data directory, which gets the installation's secrets.
    ///   - database: The address of a database.
    init(_ folder: String, database: String, platform: String, portal: String) throws {
        try Self.writeSecrets(folder)
        let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        process.executableURL = URL(filePath: program).deletingLastPathComponent().appending(path: "switchboard")
        process.arguments = [
            "serve", "--role", "controller", "--data-directory", folder, "--controller-database", database,
            "--controller-port", "0", "--controller-url", "http://controller.example", "--voice-http-url", platform,
            "--portal-url", portal, "--portal-id", "demo", "--portal-currency", "RUB",
            "--controller-reconciliation-seconds", "1",
        ]
        let log = Pipe()
        process.standardError = log
        process.standardOutput = FileHandle.nullDevice
        log.fileHandleForReading.readabilityHandler = { [port, output] handle in
            let data = handle.availableData
            guard !data.isEmpty else {
                handle.readabilityHandler = nil
                return port.fulfilOnce(nil)
            }
            output.add(String(decoding: data, as: UTF8.self))
            if let found = Self.port(in: output.all.joined()) { port.fulfilOnce(found) }
        }
        try process.start()
    }

    /// Its address, once it listens; fails with all that it has said when it ends or takes too long.
    func address() async throws -> String {
        struct Silent: Error, CustomStringConvertible { let description: String }
        do {
            guard let port = try await within(.seconds(120), "controller that listens", { [port] in await port.value })
            else { throw Silent(description: "the controller has ended") }
            return "http://127.0.0.1:\(port)"
        } catch {
            throw Silent(description: "\(error); it has said:\n\(output.all.joined())")
        }
    }

    var log: String { output.all.joined() }

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
            "masterKeys": ["RUB": "master-key"], "storageKey": .text(String(repeating: "07", count: 32)),
        ]
        try Data(secrets.encoded.utf8).write(to: URL(filePath: "\(folder)/secrets.json"))
    }
}
