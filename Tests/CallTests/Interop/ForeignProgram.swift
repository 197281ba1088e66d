import Foundation

/// A program from a Debian package, run as a process of its own; its output goes to a file.
final class ForeignProgram {
    /// The program is not there.
    struct Missing: Error, CustomStringConvertible {
        let path: String
        let package: String

        var description: String {
            "\(path) is missing: install the Debian package \(package); `make test` and `make test-dependencies` do."
        }
    }

    let name: String
    private let process = Process()
    private let outputPath: String

    /// Starts the program in a folder.
    init(_ path: String, package: String, arguments: [String], folder: String) throws {
        guard FileManager.default.isExecutableFile(atPath: path) else { throw Missing(path: path, package: package) }
        name = URL(filePath: path).lastPathComponent
        outputPath = "\(folder)/\(name).out"
        try Data().write(to: URL(filePath: outputPath))
        let output = try FileHandle(forWritingTo: URL(filePath: outputPath))
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try Self.withoutBlockedSignals { try process.run() }
        try output.close()
    }

    /// Threads of a pool block signals, and a program that is started by one would inherit that: nobody could end it.
    private static func withoutBlockedSignals(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    var isRunning: Bool { process.isRunning }

    /// What it has written, or its end when that is long.
    var output: String {
        let text = (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? ""
        return "---- \(name) ----\n\(text.suffix(20_000))"
    }

    /// Waits until the program has ended by itself.
    func exitCode(within limit: Duration) async throws -> Int32 {
        try await Wait.until("an end of \(name)", within: limit) { isRunning ? nil : process.terminationStatus }
    }

    /// Ends the program, if need be by force.
    func stop() async {
        guard isRunning else { return }
        process.terminate()
        let ended: Void? = try? await Wait.until("an end of \(name)", within: .seconds(5)) { isRunning ? nil : () }
        if ended == nil { kill(process.processIdentifier, SIGKILL) }
    }
}
