import Foundation

/// Turns text into sound; the port behind `say`.
public protocol SpeechSynthesizer: Sendable {
    /// A WAV file with the spoken text. Blocks the calling thread; throws a ``SpeechFailure``.
    func speak(_ text: String, language: String) throws -> [UInt8]
}

/// Why a text could not be spoken.
public enum SpeechFailure: Error, Equatable, CustomStringConvertible {
    case textTooLong(limit: Int)
    case programMissing(name: String)
    case failed(status: Int32)

    public var description: String {
        switch self {
        case .textTooLong(let limit): "The text to speak is longer than \(limit) characters."
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

    public func speak(_ text: String, language: String) throws -> [UInt8] {
        guard text.count <= Self.longestText else { throw SpeechFailure.textTooLong(limit: Self.longestText) }
        guard let path = Self.path else { throw SpeechFailure.programMissing(name: Self.program) }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = ["-v", Self.voice(language), "--stdin", "--stdout"]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let deadline = DispatchWorkItem { process.terminate() }
        DispatchQueue.global().asyncAfter(deadline: .now() + 10, execute: deadline)
        // The text is at most a few kilobytes, less than a pipe holds: writing cannot wait for the program.
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
        try input.fileHandleForWriting.close()
        let sound = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        deadline.cancel()
        guard process.terminationStatus == 0 else { throw SpeechFailure.failed(status: process.terminationStatus) }
        return [UInt8](sound)
    }

    /// The voice of a language code (`ru`, `en-US`) or of an old VoxEngine name (`RU_RUSSIAN_FEMALE`).
    ///
    /// Anything but a plain code falls back to English, so text from a scenario never becomes an option.
    static func voice(_ language: String) -> String {
        let code = language.lowercased().split(whereSeparator: { "_-".contains($0) }).first.map(String.init) ?? "en"
        let known = ["ru", "en", "uk", "de", "fr", "es", "it", "pl", "pt", "tr", "kk", "nl", "cs"]
        let alias = ["us": "en-us", "ua": "uk", "kz": "kk"]
        if let voice = alias[code] { return voice }
        return known.contains(code) ? code : "en"
    }

    private static let path: String? = ["/usr/bin", "/usr/local/bin"].map { "\($0)/\(program)" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }
}
