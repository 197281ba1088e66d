import Foundation
import Media
import SIP

@testable import Switchboard

/// sipp as a customer behind the trunk: calls, sends a steady tone from the answer on, waits for the end.
final class SippCaller {
    /// The frequency of its voice.
    static let voice = 440.0
    /// The file of its voice.
    static let sound = "sound.raw"

    private let folder: String
    private var program: ForeignProgram?

    init(folder: String) { self.folder = folder }

    /// Calls a number at a server as `caller.xml` says.
    func call(_ number: String, at server: String) throws {
        let scenario = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "caller.xml").path
        try call(number, at: server, scenario: scenario)
    }

    /// Calls a number or user as a script says.
    ///
    /// - Parameters:
    ///   - callID: the Call-ID, for those who must know it; sipp's own otherwise.
    ///   - sounds: files in its folder, by their names.
    func call(
        _ number: String, at server: String, as script: SippScript, transport: SIPTransportKind = .udp,
        from address: String = DemoPhones.trunkAddress, callID: String? = nil, sounds: [String: [Int16]] = [:]
    ) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(script.text.utf8).write(to: URL(filePath: "\(folder)/script.xml"))
        for (name, samples) in sounds { try Self.write(samples, to: "\(folder)/\(name)") }
        var more = ["-t", transport == .tcp ? "t1" : "u1", "-trace_logs", "-log_file", "log.txt"]
        if let callID { more += ["-cid_str", callID] }
        try call(number, at: server, scenario: "\(folder)/script.xml", from: address, more)
    }

    private func call(
        _ number: String, at server: String, scenario: String, from address: String = DemoPhones.trunkAddress,
        _ more: [String] = []
    ) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.write(try DemoPhones.tone(Self.voice).samples, to: "\(folder)/\(Self.sound)")
        program = try ForeignProgram(
            "/usr/bin/sipp", package: "sip-tester",
            arguments: [
                server, "-sf", scenario, "-s", number, "-i", address, "-mi", address, "-m", "1", "-nostdin",
                "-trace_err", "-error_file", "errors.log", "-timeout", "100s", "-timeout_error",
            ] + more, folder: folder)
    }

    private static func write(_ samples: [Int16], to path: String) throws {
        try Data(samples.map { G711.muLaw.encode($0) }).write(to: URL(filePath: path))
    }

    /// The tag of the far end, as soon as its script has seen it.
    func remoteTag() async throws -> String {
        try await Wait.until("the answer to sipp's call", within: .seconds(30)) {
            let log = try? String(contentsOfFile: "\(folder)/log.txt", encoding: .utf8)
            return log?.firstMatch(of: /remote tag (\S+)/).map { String($0.1) }
        }
    }

    /// Waits for the end of its call; 0 says that everything went as its scenario wants it.
    func exitCode() async throws -> Int32? { try await program?.exitCode(within: .seconds(20)) }

    /// Waits for the end of its call and throws unless everything went as its scenario wants it.
    func succeed() async throws {
        guard let code = try await exitCode(), code != 0 else { return }
        throw BaresipControl.Failure(description: "sipp's call went wrong, its exit code is \(code).")
    }

    func stop() async { await program?.stop() }

    /// What it has written.
    var output: String {
        let errors = (try? String(contentsOfFile: "\(folder)/errors.log", encoding: .utf8)) ?? ""
        return (program?.output ?? "") + errors
    }
}
