import Media

/// Brings the frames of one stream to the rate that their user works at; costs nothing where they have it already.
///
/// A frame's rate shows in its length. Lives on the media thread.
final class RateAdapter {
    private var up: FrameResampler?
    private var down: FrameResampler?

    /// The frame at `rate`; valid until the next call, or as long as the frame that was given.
    func convert(_ frame: SoundFrame, to rate: SoundRate) -> SoundFrame {
        guard frame.count != rate.frameLength else { return frame }
        if rate == .wide {
            let resampler = up ?? FrameResampler(from: .narrow, to: .wide)
            up = resampler
            return resampler.convert(frame)
        }
        let resampler = down ?? FrameResampler(from: .wide, to: .narrow)
        down = resampler
        return resampler.convert(frame)
    }
}

/// 20 ms of sound: 160 samples of 8 kHz or 320 of 16 kHz.
typealias SoundFrame = UnsafeBufferPointer<Int16>
