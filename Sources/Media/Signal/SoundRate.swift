/// The sample rates that sound is made and mixed at; files of any rate are brought to one of them.
public enum SoundRate: Int, Hashable, Sendable {
    /// 8 kHz, the telephone's own.
    case narrow = 8000
    /// 16 kHz, as G.722 carries it.
    case wide = 16_000

    /// Samples of a frame of 20 ms.
    public var frameLength: Int { rawValue / 50 }
}
