import Foundation
import Media

@testable import Switchboard

/// baresip as an employee's phone: no audio hardware, a steady tone as its voice, what it hears in a wav file.
final class BaresipPhone {
    /// The frequency of its voice, unless it is started with another one.
    static let voice = 1000.0

    let program: ForeignProgram
    let control: BaresipControl
    private let folder: String

    private init(program: ForeignProgram, control: BaresipControl, folder: String) {
        self.program = program
        self.control = control
        self.folder = folder
    }

    /// Starts baresip without an account; it is ready for commands.
    static func start(in folder: String, voice: Double = voice) async throws -> BaresipPhone {
        try await start(in: folder, sound: try DemoPhones.tone(voice).samples)
    }

    /// The same with other sound than a tone, over and over again.
    static func start(in folder: String, sound: [Int16]) async throws -> BaresipPhone {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let wav = try WAVWriter(path: "\(folder)/voice.wav")
        for _ in 0..<60 { try sound.withUnsafeBufferPointer { try wav.append($0) } }
        try wav.close()
        for name in ["accounts", "contacts"] { try Data().write(to: URL(filePath: "\(folder)/\(name)")) }
        // Ports beyond those that the system gives away by itself; one may be taken all the same.
        for _ in 0..<20 {
            if let phone = try await start(in: folder, controlPort: Int.random(in: 61000...65000)) { return phone }
        }
        throw BaresipControl.Failure(description: "There is no free port for baresip's control connection.")
    }

    /// Nil when the port is taken.
    private static func start(in folder: String, controlPort port: Int) async throws -> BaresipPhone? {
        try Data(configuration(folder, controlPort: port).utf8).write(to: URL(filePath: "\(folder)/config"))
        let program = try ForeignProgram(
            "/usr/bin/baresip", package: "baresip", arguments: ["-f", folder, "-v", "-s"], folder: folder)
        do {
            let listens = try await Wait.until("a word of baresip on its control port") {
                let output = program.output
                if output.contains("ctrl_tcp: failed") { return false }
                return output.contains("ctrl_tcp: TCP socket listening") ? true : nil
            }
            if listens {
                let control = try await BaresipControl.connect(port: port)
                return BaresipPhone(program: program, control: control, folder: folder)
            }
        } catch {
            await program.stop()
            throw BaresipControl.Failure(description: "\(error)\n\(program.output)")
        }
        await program.stop()
        return nil
    }

    /// Registers at the platform.
    ///
    /// - Parameter parameters: further parameters of baresip's account line.
    func register(
        user: String, password: String, domain: String, server: String, transport: String = "udp",
        parameters: String = ""
    ) async throws {
        let account =
            "<sip:\(user)@\(domain)>;auth_pass=\(password);outbound=\"sip:\(server);transport=\(transport)\""
            + ";regint=600\(parameters)"
        try await control.perform("uanew", account)
        try await control.event("REGISTER_OK", opposite: "REGISTER_FAIL")
    }

    /// Waits for a call and answers it.
    func take() async throws {
        try await control.event("CALL_INCOMING")
        try await control.perform("accept")
        try await control.event("CALL_ESTABLISHED", opposite: "CALL_CLOSED")
    }

    /// Waits until it has heard so much more.
    func hear(seconds: Double) async throws { try await grow("dec", seconds) }

    /// Waits until it has made so much more sound, whether it is sent or not.
    func speak(seconds: Double) async throws { try await grow("enc", seconds) }

    /// What it has heard in its newest call until it held it: baresip takes its recorder out of the receiving side then.
    func heard() throws -> PCMClip {
        guard let path = dump("dec") else {
            throw BaresipControl.Failure(description: "baresip has heard nothing.")
        }
        return try AudioDecoder().decode(path: path)
    }

    /// The RTP packets that it counted as received in its call.
    func packetsReceived() async throws -> Int {
        try await Wait.until("baresip's count of packets") {
            program.output.firstMatch(of: /packets: +\d+ +(\d+)/).flatMap { Int($0.1) }
        }
    }

    /// A dialog that baresip began.
    struct Dialog {
        var callID: String
        var localTag: String
        var remoteTag: String

        /// As a parameter of a URI (RFC 3891 6.1), for the one who shall take the far end over.
        var replaces: String {
            let value = "\(callID);to-tag=\(remoteTag);from-tag=\(localTag)"
            return value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? value
        }
    }

    /// The dialog of the INVITE that was answered last, as its trace shows it.
    func newestDialog() async throws -> Dialog {
        try await Wait.until("the answer to an INVITE in baresip's trace") {
            let answers = program.output.components(separatedBy: "\r\n\r\n").filter {
                $0.contains("SIP/2.0 200 ") && $0.contains(/CSeq: \d+ INVITE/)
            }
            guard let answer = answers.last, let callID = answer.firstMatch(of: /Call-ID: (\S+)/),
                let from = answer.firstMatch(of: /From: [^\r]*;tag=([^;\s]+)/),
                let to = answer.firstMatch(of: /To: [^\r]*;tag=([^;\s]+)/)
            else { return nil }
            return Dialog(callID: String(callID.1), localTag: String(from.1), remoteTag: String(to.1))
        }
    }

    func stop() async {
        await control.close()
        await program.stop()
    }

    private func grow(_ direction: String, _ seconds: Double) async throws {
        let start = length(direction)
        try await Wait.until("\(seconds) s more of baresip's sound (\(direction))") {
            length(direction) - start >= seconds ? () : nil
        }
    }

    /// Seconds in the file of a direction.
    private func length(_ direction: String) -> Double {
        guard let path = dump(direction), let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let size = attributes[.size] as? Int
        else { return 0 }
        return Double(size) / 2 / Double(PCMClip.sampleRate)
    }

    /// The newest; their names hold the time.
    private func dump(_ direction: String) -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.filter { $0.hasPrefix("dump-") && $0.hasSuffix("-\(direction).wav") }.max()
            .map { "\(folder)/\($0)" }
    }

    private static func configuration(_ folder: String, controlPort: Int) -> String {
        """
        sip_listen 127.0.0.1:0
        net_interface 127.0.0.1
        rtp_ports 41000-41999
        rtp_stats yes
        audio_source aufile,\(folder)/voice.wav
        audio_level no
        statmode_default off
        snd_path \(folder)
        module_path /usr/lib/baresip/modules
        module g711.so
        module aufile.so
        module sndfile.so
        module srtp.so
        module_tmp uuid.so
        module_tmp account.so
        module_app menu.so
        module_app ctrl_tcp.so
        ctrl_tcp_listen 127.0.0.1:\(controlPort)

        """
    }
}
