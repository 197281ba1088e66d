import Foundation
import Media
import VoiceEngine

/// Makes the standard sounds of a portal: greetings and voicemail prompts by speech, music by calculation.
///
/// None of them is in the repository; they are written once and can be replaced by files of the same name.
struct SoundFactory {
    private static let texts: [(name: String, language: String, text: String)] = [
        ("EN01", "en", "Hello. You have called our company. Please stay on the line."),
        ("EN03", "en", "Nobody can take your call now. Please leave a message after the tone."),
        ("RU01", "ru", "Здравствуйте. Вы позвонили в нашу компанию. Пожалуйста, оставайтесь на линии."),
        ("RU03", "ru", "Сейчас никто не может ответить. Пожалуйста, оставьте сообщение."),
        ("UA01", "uk", "Вітаємо. Ви зателефонували до нашої компанії. Будь ласка, залишайтесь на лінії."),
        ("UA03", "uk", "Зараз ніхто не може відповісти. Будь ласка, залиште повідомлення."),
        ("DE01", "de", "Guten Tag. Sie haben unsere Firma angerufen. Bitte bleiben Sie in der Leitung."),
        ("DE03", "de", "Zurzeit ist niemand erreichbar. Bitte hinterlassen Sie eine Nachricht."),
    ]

    let folder: String
    let speech: any SpeechSynthesizer

    init(folder: String, speech: any SpeechSynthesizer = EspeakSynthesizer()) {
        self.folder = folder
        self.speech = speech
    }

    /// Writes what is missing; throws when the disk refuses or nothing can be spoken.
    func makeMissing() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for sound in Self.texts {
            try make(sound.name) {
                try AudioDecoder().decode(try speech.speak(sound.text, language: sound.language)).samples
            }
        }
        try make("MELODY") { Self.melody() }
    }

    private func make(_ name: String, _ samples: () throws -> [Int16]) throws {
        let path = "\(folder)/\(name).mp3"
        guard !FileManager.default.fileExists(atPath: path) else { return }
        try Data(Self.encoded(try samples())).write(to: URL(filePath: path), options: .atomic)
    }

    /// An mp3 file of the samples.
    static func encoded(_ samples: [Int16]) throws -> [UInt8] {
        let writer = try MP3Writer()
        var bytes: [UInt8] = []
        try samples.withUnsafeBufferPointer { try writer.append($0, to: &bytes) }
        try writer.finish(to: &bytes)
        return bytes
    }

    /// A quiet arpeggio over four chords, sixteen seconds long; every note swells and fades.
    static func melody() -> [Int16] {
        let chords: [[Double]] = [
            [261.63, 329.63, 392.00, 523.25], [196.00, 246.94, 293.66, 392.00],
            [164.81, 246.94, 329.63, 392.00], [174.61, 261.63, 293.66, 349.23],
        ]
        let noteLength = PCMClip.sampleRate / 2
        var samples: [Int16] = []
        for chord in chords {
            for step in [0, 1, 2, 3, 2, 1, 3, 2] {
                for index in 0..<noteLength {
                    let time = Double(index) / Double(PCMClip.sampleRate)
                    let swell = min(1, time / 0.02) * exp(-3 * time)
                    let phase = 2 * Double.pi * chord[step] * time
                    samples.append(Int16(6000 * swell * (sin(phase) + 0.3 * sin(2 * phase))))
                }
            }
        }
        return samples
    }
}
