import AsyncHTTPClient
import CallControl
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// How Google Cloud Text-to-Speech is reached.
public struct GoogleSpeechConfiguration: Sendable {
    /// The method `text:synthesize`.
    public var endpoint: String
    /// An API key; it leaves only in the header that the service asks for.
    public var apiKey: String
    /// After this the call goes on without the service.
    public var timeout: TimeAmount

    public init(
        endpoint: String = "https://texttospeech.googleapis.com/v1/text:synthesize", apiKey: String,
        timeout: TimeAmount = .seconds(5)
    ) {
        self.endpoint = endpoint
        self.apiKey = apiKey
        self.timeout = timeout
    }
}

/// Why the service has not spoken; the text names neither key nor text.
enum GoogleSpeechFailure: Error, Equatable, CustomStringConvertible {
    case unknownLanguage
    case unreachable
    case timeout
    case status(Int)
    case malformedAnswer

    var description: String {
        switch self {
        case .unknownLanguage: "the language is none that is known"
        case .unreachable: "the service cannot be reached"
        case .timeout: "the service has not answered in time"
        case .status(let code): "the service answered \(code); is the key valid, and the voice one of the language?"
        case .malformedAnswer: "the answer holds no sound"
        }
    }
}

extension GoogleSpeechFailure {
    init(_ failure: WholeAnswer.Failure) {
        self =
            switch failure {
            case .status(let code): .status(code)
            case .timeout: .timeout
            case .tooLarge: .malformedAnswer
            case .malformedURL, .unreachable: .unreachable
            }
    }
}

/// Has texts spoken by Google Cloud Text-to-Speech (REST, `text:synthesize` with LINEAR16).
struct GoogleSpeech: Sendable {
    private static let largestAnswer = 16 << 20

    let configuration: GoogleSpeechConfiguration
    let client: HTTPClient

    /// A WAV file; throws a ``GoogleSpeechFailure``.
    func speak(_ request: SpeechRequest) async throws -> [UInt8] {
        guard let body = Query(request) else { throw GoogleSpeechFailure.unknownLanguage }
        var message = HTTPClientRequest(url: configuration.endpoint)
        message.method = .POST
        message.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
        message.headers.add(name: "X-Goog-Api-Key", value: configuration.apiKey)
        message.body = .bytes(try JSONEncoder().encode(body))
        let web = WholeAnswer(client: client, limit: configuration.timeout, largest: Self.largestAnswer)
        let answer: ByteBuffer
        do {
            answer = try await web.fetch(message)
        } catch let failure as WholeAnswer.Failure {
            throw GoogleSpeechFailure(failure)
        }
        guard let content = try? JSONDecoder().decode(Answer.self, from: answer).audioContent,
            let sound = Data(base64Encoded: content), !sound.isEmpty
        else { throw GoogleSpeechFailure.malformedAnswer }
        return [UInt8](sound)
    }

    private struct Answer: Decodable {
        let audioContent: String
    }

    /// The body of a request; rate, pitch and volume are brought into the ranges of the service.
    struct Query: Encodable, Equatable {
        struct Input: Encodable, Equatable { let text: String }
        struct Voice: Encodable, Equatable {
            let languageCode: String
            let name: String?
        }
        struct Audio: Encodable, Equatable {
            let audioEncoding = "LINEAR16"
            let sampleRateHertz = 8000
            let speakingRate: Double?
            /// In semitones.
            let pitch: Double?
            let volumeGainDb: Double?
        }

        let input: Input
        let voice: Voice
        let audioConfig: Audio

        /// Nil for a language that is none.
        init?(_ request: SpeechRequest) {
            guard let language = SpeechLanguage(request.language) else { return nil }
            input = Input(text: request.text)
            voice = Voice(languageCode: language.tag, name: request.voice.flatMap(Self.name))
            audioConfig = Audio(
                speakingRate: request.rate.map { Self.limit($0, 0.25...4) },
                pitch: request.pitch.map { Self.limit(12 * log2(max($0, 0.01)), -20...20) },
                volumeGainDb: request.volume.map { Self.limit($0, -96...16) })
        }

        /// Only what looks like one of the service's names (`ru-RU-Wavenet-A`, in `VoiceList` with underscores); others
        /// have its default voice.
        private static func name(_ voice: String) -> String? {
            let name = voice.replacing("_", with: "-")
            let isName = name.split(separator: "-").count >= 4 && name.utf8.count <= 64
            return isName
                && name.utf8.allSatisfy {
                    $0 == 0x2D || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                } ? name : nil
        }

        private static func limit(_ value: Double, _ range: ClosedRange<Double>) -> Double {
            value.isFinite
                ? max(range.lowerBound, min(value, range.upperBound)) : max(range.lowerBound, min(0, range.upperBound))
        }
    }
}
