import Foundation
import Media

@testable import Switchboard

/// sipp as a customer behind the trunk: calls, sends a steady tone from the answer on, waits for the end.
final class SippCaller {
    /// The frequency of its voice.
    static let voice = 440.0

    private let folder: String
    private var program: ForeignProgram?

    init(folder: String) { self.folder = folder }

    /// Calls a number at a server.
    func call(_ number: String, at server: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let sound = try DemoPhones.tone(Self.voice).samples.map { G711.muLaw.encode($0) }
        try Data(sound).write(to: URL(filePath: "\(folder)/sound.raw"))
        let scenario = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "caller.xml").path
        program = try ForeignProgram(
            "/usr/bin/sipp", package: "sip-tester",
            arguments: [
                server, "-sf", scenario, "-s", number, "-i", DemoPhones.trunkAddress, "-mi", DemoPhones.trunkAddress,
                "-m", "1", "-nostdin", "-trace_err", "-error_file", "errors.log", "-timeout", "100s",
                "-timeout_error",
            ], folder: folder)
    }

    /// Waits for the end of its call; 0 says that everything went as its scenario wants it.
    func exitCode() async throws -> Int32? { try await program?.exitCode(within: .seconds(20)) }

    func stop() async { await program?.stop() }

    /// What it has written.
    var output: String {
        let errors = (try? String(contentsOfFile: "\(folder)/errors.log", encoding: .utf8)) ?? ""
        return (program?.output ?? "") + errors
    }
}
