import CallControl
import Foundation
import Media
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@testable import VoiceEngine

@Suite("Speech", .serialized)
struct SpeechTests {
    @Test(
        "A language is read from tags, codes and old names",
        arguments: [
            ("ru-RU", "ru"), ("RU_RUSSIAN_FEMALE", "ru"), ("US_ENGLISH_FEMALE", "en-us"),
            ("UK_ENGLISH_FEMALE", "en-gb"),
            ("en-US", "en-us"), ("en", "en"), ("uk-UA", "uk"), ("ua", "uk"), ("de-DE", "de"), ("fr-FR", "fr"),
            ("es-ES", "es"), ("es-MX", "es-419"), ("pt-BR", "pt-br"), ("zh-CN", "cmn"), ("kz", "kk"), ("", "en"),
        ])
    func languages(text: String, voice: String) { #expect(SpeechLanguage(text)?.espeakVoice == voice) }

    @Test(
        "What is no language is none, and never an option", arguments: ["xx", "-f", "--help", "../../etc", "русский"])
    func noLanguage(text: String) {
        #expect(SpeechLanguage(text) == nil)
        #expect(throws: SpeechFailure.unknownLanguage(text)) {
            try EspeakSynthesizer.arguments(SpeechRequest(text: "x", language: text))
        }
    }

    @Test("Rate, pitch and volume become the program's numbers, inside its bounds")
    func options() throws {
        func arguments(_ rate: Double?, _ pitch: Double?, _ volume: Double?, voice: String? = nil) throws -> [String] {
            try EspeakSynthesizer.arguments(
                SpeechRequest(text: "x", language: "ru", voice: voice, rate: rate, pitch: pitch, volume: volume))
        }
        #expect(try arguments(nil, nil, nil) == ["-v", "ru", "--stdin", "--stdout"])
        #expect(
            try arguments(2, 1.5, -6.0206, voice: "ru_RU_MALE")
                == ["-v", "ru+m3", "-s", "350", "-p", "75", "-a", "49", "--stdin", "--stdout"])
        let wild = try arguments(1e9, -5, .infinity, voice: "--bad")
        #expect(wild == ["-v", "ru", "-s", "450", "-p", "0", "--stdin", "--stdout"])
    }

    @Test("Faster speech is shorter, louder speech is louder")
    func speaks() throws {
        func clip(rate: Double? = nil, volume: Double? = nil) throws -> PCMClip {
            try AudioDecoder().decode(
                EspeakSynthesizer().speak(
                    SpeechRequest(text: "Здравствуйте, вас слушают", language: "ru-RU", rate: rate, volume: volume)))
        }
        let (usual, fast, quiet) = (try clip(), try clip(rate: 2), try clip(volume: -20))
        #expect(Double(fast.samples.count) < 0.8 * Double(usual.samples.count))
        func level(_ clip: PCMClip) -> Double { clip.samples.withUnsafeBufferPointer { Level.dBm0(of: $0) } }
        #expect(level(quiet) < level(usual) - 12)
    }

    @Test("What a scenario says into a leg has the voice's settings")
    func saysIntoALeg() async throws {
        try await EngineStage.run { stage in
            let call = try await stage.phone("anna").call("desk")
            let session = try await stage.session()
            try await session.execute(.answer(session.caller, headers: [:]))
            let usual = SpeechRequest(text: "one two three four five", language: "en-US")
            var fast = usual
            (fast.voice, fast.rate) = ("US_ENGLISH_MALE", 2)
            var lengths: [Int] = []
            for speech in [usual, fast] {
                try await session.execute(.say(session.caller, speech))
                let event = try await session.events.first("the text") {
                    if case .playbackStarted = $0 { true } else { false }
                }
                if case .playbackStarted(_, let milliseconds) = event { lengths.append(milliseconds) }
            }
            #expect(lengths.count == 2 && Double(lengths[1]) < 0.8 * Double(lengths[0]), "\(lengths) in \(call)")
        }
    }

    // MARK: Google

    private static func configuration(_ port: Int) -> GoogleSpeechConfiguration {
        GoogleSpeechConfiguration(
            endpoint: "http://127.0.0.1:\(port)/v1/text:synthesize", apiKey: "secret-key-0123456789",
            timeout: .seconds(2))
    }

    private static let clip = PCMClip(samples: TestSound.sine(1000, count: 4000))

    private static func answer() -> TestWebServer.Response {
        let content = Data(clip.wav).base64EncodedString()
        return .init(body: Array(#"{"audioContent":"\#(content)"}"#.utf8))
    }

    @Test("Google is asked with key, language and settings, and once for the same text")
    func asksGoogle() async throws {
        try await withServer({ _ in Self.answer() }) { server, stage in
            let request = SpeechRequest(
                text: "Добрый день", language: "ru-RU", voice: "ru_RU_Wavenet_A", rate: 1.5, pitch: 2, volume: 99)
            for number in 0..<2 {
                let unit = UnitID(rawValue: "\(number)")
                try await stage.execute(.unit(unit, .createPlayer(.speech(request), loop: false, isPaused: false)))
                #expect(try await stage.first(of: unit, .playerStarted(durationMilliseconds: 500)))
            }
            #expect(server.requests.count == 1)
            let asked = try #require(server.requests.first)
            #expect(asked.method == "POST" && asked.path == "/v1/text:synthesize")
            #expect(asked.headers["x-goog-api-key"] == "secret-key-0123456789")
            let body = try #require(try JSONSerialization.jsonObject(with: Data(asked.body)) as? NSDictionary)
            let expected: NSDictionary = [
                "input": ["text": "Добрый день"], "voice": ["languageCode": "ru-RU", "name": "ru-RU-Wavenet-A"],
                "audioConfig": [
                    "audioEncoding": "LINEAR16", "sampleRateHertz": 8000, "speakingRate": 1.5, "pitch": 12.0,
                    "volumeGainDb": 16.0,
                ] as NSDictionary,
            ]
            #expect(body == expected)
        }
    }

    enum Trouble: String, CaseIterable {
        case refusal, silence, garbage, nothing
    }

    @Test("When Google fails espeak-ng speaks", arguments: Trouble.allCases)
    func fallsBack(trouble: Trouble) async throws {
        try await withServer({ _ in
            switch trouble {
            case .refusal: .init(status: .forbidden)
            case .silence: .init(isMute: true)
            case .garbage: .init(body: Array("{".utf8))
            case .nothing: .init(body: Array(#"{"audioContent":""}"#.utf8))
            }
        }) { server, stage in
            let unit = UnitID(rawValue: "unit")
            let request = SpeechRequest(text: "one two three", language: "en-US")
            try await stage.execute(.unit(unit, .createPlayer(.speech(request), loop: false, isPaused: false)))
            #expect(try await stage.first(of: unit, .playerReady))
            #expect(server.requests.count == 1)
        }
    }

    private func withServer(
        _ answer: @escaping @Sendable (TestWebServer.Request) -> TestWebServer.Response,
        _ body: @escaping (TestWebServer, UnitStage) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let server = try await TestWebServer.start(on: group, answer)
        try await UnitStage.run(google: Self.configuration(server.port)) { stage in
            try await stage.begin()
            try await body(server, stage)
        }
        try await server.stop()
        try await group.shutdownGracefully()
    }
}
