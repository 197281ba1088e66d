import CLame

/// Encodes PCM into an mp3 stream of constant bit rate; writing it anywhere is the caller's.
///
/// The octets can be appended to a file as they come: there is no header to be mended. Holds C state: not Sendable, used by
/// one thread at a time.
public final class MP3Writer {
    /// Channels, rates.
    public struct Configuration: Hashable, Sendable {
        /// Two channels instead of one.
        public var isStereo: Bool
        /// Hz, of the mp3.
        public var sampleRate: Int
        /// Hz, of the samples.
        public var inputRate: Int
        /// kbit/s.
        public var bitRate: Int

        /// What recordings have by default: 8 kHz at 32 kbit/s.
        ///
        /// - Parameters:
        ///   - inputRate: nil for that of the mp3.
        public init(isStereo: Bool = false, sampleRate: Int = 8000, bitRate: Int = 32, inputRate: Int? = nil) {
            self.isStereo = isStereo
            self.sampleRate = sampleRate
            self.inputRate = inputRate ?? sampleRate
            self.bitRate = bitRate
        }
    }

    /// As given at init.
    public let configuration: Configuration
    private let encoder: OpaquePointer
    private var buffer: [UInt8] = []
    private var isFinished = false

    /// - Throws: ``AudioFileError`` with code `encoder` when the encoder does not take the configuration.
    public init(configuration: Configuration = Configuration()) throws(AudioFileError) {
        guard let encoder = lame_init() else { throw AudioFileError(.encoder, "the mp3 encoder does not start") }
        self.encoder = encoder
        self.configuration = configuration
        lame_set_errorf(encoder, nil)
        lame_set_msgf(encoder, nil)
        lame_set_debugf(encoder, nil)
        lame_set_in_samplerate(encoder, Int32(clamping: configuration.inputRate))
        lame_set_out_samplerate(encoder, Int32(clamping: configuration.sampleRate))
        lame_set_num_channels(encoder, configuration.isStereo ? 2 : 1)
        // Plain stereo: nothing of one side may leak into the other.
        lame_set_mode(encoder, configuration.isStereo ? STEREO : MONO)
        lame_set_brate(encoder, Int32(clamping: configuration.bitRate))
        lame_set_quality(encoder, 5)
        lame_set_bWriteVbrTag(encoder, 0)
        // The encoder would take another rate in silence; the caller shall know.
        guard lame_init_params(encoder) >= 0, Int(lame_get_out_samplerate(encoder)) == configuration.sampleRate,
            Int(lame_get_brate(encoder)) == configuration.bitRate
        else {
            throw AudioFileError(
                .encoder,
                "no mp3 at \(configuration.sampleRate) Hz and \(configuration.bitRate) kbit/s; try 8000 and 32")
        }
    }

    deinit { lame_close(encoder) }

    /// Encodes one channel and appends the finished octets to `output`; an encoder for stereo gets the sound on both sides.
    public func append(
        _ samples: UnsafeBufferPointer<Int16>, to output: inout [UInt8]
    ) throws(AudioFileError) { try append(left: samples, right: samples, to: &output) }

    /// Encodes as many samples as both channels have and appends the finished octets to `output`.
    public func append(
        left: UnsafeBufferPointer<Int16>, right: UnsafeBufferPointer<Int16>, to output: inout [UInt8]
    ) throws(AudioFileError) {
        let count = min(left.count, right.count)
        guard count > 0, !isFinished else { return }
        // The bound that lame's documentation names, for the samples of the mp3: 1.25 octets each and 7200 on top.
        let growth = max(1, (configuration.sampleRate + configuration.inputRate - 1) / max(1, configuration.inputRate))
        reserve(count * growth * 5 / 4 + 7200)
        let written = lame_encode_buffer(
            encoder, left.baseAddress, right.baseAddress, Int32(clamping: count), &buffer, Int32(clamping: buffer.count)
        )
        try collect(written, to: &output)
    }

    /// Appends the last octets; the encoder takes no more sound afterwards.
    public func finish(to output: inout [UInt8]) throws(AudioFileError) {
        guard !isFinished else { return }
        isFinished = true
        reserve(7200)
        try collect(lame_encode_flush(encoder, &buffer, Int32(clamping: buffer.count)), to: &output)
    }

    private func reserve(_ count: Int) {
        if buffer.count < count { buffer = Array(repeating: 0, count: count) }
    }

    private func collect(_ written: Int32, to output: inout [UInt8]) throws(AudioFileError) {
        guard written >= 0, Int(written) <= buffer.count else {
            throw AudioFileError(.encoder, "the mp3 encoder failed with \(written)")
        }
        output.append(contentsOf: buffer[..<Int(written)])
    }
}
