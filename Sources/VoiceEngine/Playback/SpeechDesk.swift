import CallControl
import Logging
import NIOCore
import NIOPosix

/// Has texts spoken: by the service that is configured, else by the program on this machine.
///
/// When the service fails the program takes its place, with a warning: a caller who hears another voice is better served
/// than one who hears nothing.
final class SpeechDesk {
    private let eventLoop: any EventLoop
    private let threads: NIOThreadPool
    private let program: any SpeechSynthesizer
    private let service: GoogleSpeech?
    private let logger: Logger

    init(
        eventLoop: any EventLoop, threads: NIOThreadPool, program: any SpeechSynthesizer, service: GoogleSpeech?,
        logger: Logger
    ) {
        self.eventLoop = eventLoop
        self.threads = threads
        self.program = program
        self.service = service
        self.logger = logger
    }

    /// A WAV file; fails with a ``SoundFailure``.
    func speak(_ request: SpeechRequest) -> EventLoopFuture<[UInt8]> {
        if let failure = Self.refusal(of: request.text) {
            return eventLoop.makeFailedFuture(SoundFailure.speech("\(failure)"))
        }
        guard let service else { return speakHere(request) }
        return eventLoop.makeFutureWithTask { try await service.speak(request) }.assumeIsolated().flatMapError {
            error in
            self.logger.warning(
                "A text is spoken by espeak-ng instead of Google",
                metadata: ["reason": "\(error)", "language": "\(request.language.prefix(20))"])
            return self.speakHere(request)
        }.nonisolated()
    }

    private static func refusal(of text: String) -> SpeechFailure? {
        if text.allSatisfy(\.isWhitespace) { return .noText }
        return text.count > EspeakSynthesizer.longestText ? .textTooLong(limit: EspeakSynthesizer.longestText) : nil
    }

    private func speakHere(_ request: SpeechRequest) -> EventLoopFuture<[UInt8]> {
        let program = program
        return threads.runIfActive(eventLoop: eventLoop) {
            do {
                return try program.speak(request)
            } catch {
                throw SoundFailure.speech("\(error)")
            }
        }
    }
}
