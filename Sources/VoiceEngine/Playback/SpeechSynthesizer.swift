import CallControl
import Foundation

/// Turns text into sound; the port behind `say`.
public protocol SpeechSynthesizer: Sendable {
    /// A WAV file with the spoken text. Blocks the calling thread; throws a ``SpeechFailure``.
    func speak(_ request: SpeechRequest) throws -> [UInt8]
}

extension SpeechSynthesizer {
    /// The text by a language's own voice.
    public func speak(_ text: String, language: String) throws -> [UInt8] {
        try speak(SpeechRequest(text: text, language: language))
    }
}

/// Why a text could not be spoken.
public enum SpeechFailure: Error, Equatable, CustomStringConvertible {
    case noText
    case textTooLong(limit: Int)
    case unknownLanguage(String)
    case programMissing(name: String)
    case failed(status: Int32)

    public var description: String {
        switch self {
        case .noText: "There is no text to speak."
        case .textTooLong(let limit): "The text to speak is longer than \(limit) characters."
        case .unknownLanguage(let tag):
            "There is no voice for the language \(tag.prefix(40)); give a code such as ru-RU or en-US."
        case .programMissing(let name): "The program \(name) was not found; install the Debian package \(name)."
        case .failed(let status): "The speech program ended with status \(status)."
        }
    }
}

/// Speaks with espeak-ng, run as a program of its own: its licence (GPL-3) forbids linking it.
public struct EspeakSynthesizer: SpeechSynthesizer {
    static let longestText = 1500
    static let program = "espeak-ng"

    public init() {}

    public func speak(_ request: SpeechRequest) throws -> [UInt8] {
        guard request.text.count <= Self.longestText else { throw SpeechFailure.textTooLong(limit: Self.longestText) }
        let arguments = try Self.arguments(request)
        guard let path = Self.path else { throw SpeechFailure.programMissing(name: Self.program) }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + 10, execute: deadline)
        // The text is at most a few kilobytes, less than a pipe holds: writing cannot wait for the program.
        try input.fileHandleForWriting.write(contentsOf: Data(request.text.utf8))
        try input.fileHandleForWriting.close()
        let sound = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        deadline.cancel()
        guard process.terminationStatus == 0 else { throw SpeechFailure.failed(status: process.terminationStatus) }
        return [UInt8](sound)
    }

    /// The program's options: numbers and known names only, so text from a scenario never becomes an option.
    static func arguments(_ request: SpeechRequest) throws(SpeechFailure) -> [String] {
        guard var voice = SpeechLanguage(request.language)?.espeakVoice else {
            throw .unknownLanguage(request.language)
        }
        if let variant = request.voice.flatMap({ Self.variant($0) }) { voice += "+\(variant)" }
        var arguments = ["-v", voice]
        if let rate = request.rate, rate.isFinite { arguments += ["-s", "\(Int(max(80, min(175 * rate, 450))))"] }
        if let pitch = request.pitch, pitch.isFinite { arguments += ["-p", "\(Int(max(0, min(50 * pitch, 99))))"] }
        if let volume = request.volume, volume.isFinite {
            arguments += ["-a", "\(Int(max(0, min(100 * pow(10, max(-96, min(volume, 16)) / 20), 200))))"]
        }
        return arguments + ["--stdin", "--stdout"]
    }

    /// The program's variant of a voice that is asked for by its sex, as most names of voices end.
    private static func variant(_ voice: String) -> String? {
        let words = voice.lowercased().split { !$0.isLetter }
        if words.contains("female") { return "f3" }
        return words.contains("male") ? "m3" : nil
    }

    private static let path: String? = ["/usr/bin", "/usr/local/bin"].map { "\($0)/\(program)" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}
