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
    private var relay: TLSRelay?

    init(folder: String) { self.folder = folder }

    /// Calls a number at a server as `caller.xml` says.
    func call(_ number: String, at server: String) throws {
        let scenario = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "caller.xml").path
        try call(number, at: server, scenario: scenario)
    }

    /// Calls a number or user as a script says.
    ///
    /// - Parameters:
    ///   - calls: how many calls are made, and how many in a second.
    ///   - callID: the Call-ID, for those who must know it; sipp's own otherwise.
    ///   - sounds: files in its folder, by their names.
    ///   - relay: what speaks TLS with the server for sipp, which Debian builds without; closed by ``stop()``.
    func call(
        _ number: String, at server: String, as script: SippScript, transport: SIPTransportKind = .udp,
        from address: String = DemoPhones.trunkAddress, calls: (count: Int, rate: Int) = (1, 10),
        callID: String? = nil, sounds: [String: [Int16]] = [:], through relay: TLSRelay? = nil
    ) throws {
        self.relay = relay
        let scenario = try write(relay == nil ? script.text : script.text(overTLSTo: server))
        for (name, samples) in sounds { try Self.write(samples, to: "\(folder)/\(name)") }
        var more = ["-t", transport == .udp ? "u1" : "t1", "-trace_logs", "-log_file", "log.txt"]
        more += ["-m", "\(calls.count)", "-r", "\(calls.rate)"]
        if let callID { more += ["-cid_str", callID] }
        try call(number, at: relay?.address ?? server, scenario: scenario, from: address, more)
    }

    /// Waits for one call at an address of its own and does what a script says.
    func answer(as script: SippScript, at address: String, port: UInt16) throws {
        let more = ["-p", "\(port)", "-m", "1", "-trace_logs", "-log_file", "log.txt"]
        try start(["-sf", try write(script.text)] + more, at: address)
    }

    private func write(_ script: String) throws -> String {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(script.utf8).write(to: URL(filePath: "\(folder)/script.xml"))
        return "\(folder)/script.xml"
    }

    private func call(
        _ number: String, at server: String, scenario: String, from address: String = DemoPhones.trunkAddress,
        _ more: [String] = ["-m", "1"]
    ) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Self.write(try DemoPhones.tone(Self.voice).samples, to: "\(folder)/\(Self.sound)")
        try start([server, "-sf", scenario, "-s", number] + more, at: address)
    }

    private func start(_ arguments: [String], at address: String) throws {
        program = try ForeignProgram(
            "/usr/bin/sipp", package: "sip-tester",
            arguments: arguments + [
                "-i", address, "-mi", address, "-nostdin", "-trace_err", "-error_file", "errors.log", "-timeout",
                "100s", "-timeout_error",
            ], folder: folder)
    }

    private static func write(_ samples: [Int16], to path: String) throws {
        try Data(samples.map { G711.muLaw.encode($0) }).write(to: URL(filePath: path))
    }

    /// The tag of the far end, as soon as its script has seen it.
    func remoteTag() async throws -> String {
        try await Wait.until("the answer to sipp's call", within: .seconds(30)) {
            log.firstMatch(of: /remote tag (\S+)/).map { String($0.1) }
        }
    }

    /// Where the far end wants sound, as soon as its script has seen it.
    func remoteAudioPort() async throws -> UInt16 {
        try await Wait.until("the far end's description at sipp", within: .seconds(30)) {
            log.firstMatch(of: /remote audio (\d+)/).flatMap { UInt16($0.1) }
        }
    }

    /// What its script has written.
    var log: String { (try? String(contentsOfFile: "\(folder)/log.txt", encoding: .utf8)) ?? "" }

    /// Waits for the end of its calls; 0 says that everything went as its scenario wants it.
    func exitCode(within limit: Duration = .seconds(20)) async throws -> Int32? {
        try await program?.exitCode(within: limit)
    }

    /// Waits for the end of its calls and throws unless everything went as its scenario wants it.
    func succeed(within limit: Duration = .seconds(20)) async throws {
        guard let code = try await exitCode(within: limit), code != 0 else { return }
        throw BaresipControl.Failure(description: "sipp's call went wrong, its exit code is \(code).")
    }

    func stop() async {
        await program?.stop()
        await relay?.close()
    }

    /// What it has written.
    var output: String {
        let errors = (try? String(contentsOfFile: "\(folder)/errors.log", encoding: .utf8)) ?? ""
        return (program?.output ?? "") + errors
    }
}
