import CallControl
import Media

/// What is listened for in the sound of one leg's far end.
final class LegDetectors {
    /// What was found.
    enum Finding {
        case speaking(Bool)
        case progressTone
        /// In hertz; nil when the time was over.
        case beep(Int?)
        case answer(AnswerDetector.Outcome)
    }

    private let adapter = RateAdapter()
    private var speech: SpeechActivity?
    private var progress: ProgressToneDetector?
    private var beep: BeepDetector?
    private var answer: AnswerDetector?

    var isIdle: Bool { speech == nil && progress == nil && beep == nil && answer == nil }

    func set(_ detection: SoundDetection, _ enabled: Bool) {
        switch detection {
        case .speech: speech = enabled ? speech ?? SpeechActivity(.report) : nil
        case .progressTone: progress = enabled ? progress ?? ProgressToneDetector() : nil
        case .beep(let frequencies, let timeout):
            beep = enabled ? BeepDetector(frequencies: frequencies, timeoutMilliseconds: timeout) : nil
        case .answer(let timeout, let prompt, let endsWithPause):
            let configuration = AnswerDetector.Configuration(
                timeoutMilliseconds: timeout, promptMilliseconds: prompt, endsWithPause: endsWithPause)
            answer = enabled ? AnswerDetector(configuration) : nil
        }
    }

    /// Takes the frame of a tick, nil when nothing came; what is reported once is not listened for any more.
    func hear(_ frame: SoundFrame?, report: (Finding) -> Void) {
        let frame = frame.map { adapter.convert($0, to: .narrow) }
        if var speech {
            let before = speech.isSpeaking
            let now = speech.hear(level: frame.map { Level.dBm0(of: $0) } ?? -.infinity)
            self.speech = speech
            if now != before { report(.speaking(now)) }
        }
        if progress?.hear(frame) == true {
            progress = nil
            report(.progressTone)
        }
        if answer != nil, let outcome = answer?.hear(level: frame.map { Level.dBm0(of: $0) } ?? -.infinity) {
            answer = nil
            report(.answer(outcome))
        }
        guard let outcome = beep?.hear(frame) else { return }
        beep = nil
        switch outcome {
        case .heard(let frequency): report(.beep(frequency))
        case .missed: report(.beep(nil))
        }
    }
}
