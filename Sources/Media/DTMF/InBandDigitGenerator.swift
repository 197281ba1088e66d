import CSpandsp

/// Plays digits as tones, by spandsp's generator.
///
/// Holds C state: not Sendable, used by one thread at a time.
public final class InBandDigitGenerator {
    private let state: OpaquePointer
    private var waiting: [DialString.Item] = []
    private var silence = 0
    private var isSounding = false

    /// Nil when memory is short.
    ///
    /// - Parameters:
    ///   - level: of each of the two tones, in dBm0.
    public init?(digitMilliseconds: Int = 100, gapMilliseconds: Int = 100, level: Int = -10) {
        guard let state = dtmf_tx_init(nil) else { return nil }
        self.state = state
        dtmf_tx_set_level(state, Int32(clamping: level), 0)
        dtmf_tx_set_timing(state, Int32(clamping: digitMilliseconds), Int32(clamping: gapMilliseconds))
    }

    deinit { dtmf_tx_free(state) }

    /// Adds digits and pauses after those that wait; at most 256 items wait.
    public func send(_ digits: DialString) {
        waiting.append(contentsOf: digits.items.prefix(max(0, DialString.maximumLength - waiting.count)))
    }

    /// True while something is to be played.
    public var isBusy: Bool { isSounding || silence > 0 || !waiting.isEmpty }

    /// Fills the stretch with tones and the silence between them, the rest with zeros.
    /// - Returns: true when anything of it belongs to the digits.
    @discardableResult
    public func fill(_ samples: UnsafeMutableBufferPointer<Int16>) -> Bool {
        let wasBusy = isBusy
        var offset = 0
        while offset < samples.count {
            let rest = UnsafeMutableBufferPointer(rebasing: samples[offset...])
            guard let count = step(rest) else {
                rest.update(repeating: 0)
                break
            }
            offset += count
        }
        return wasBusy
    }

    /// Plays what comes next; nil when nothing waits.
    private func step(_ samples: UnsafeMutableBufferPointer<Int16>) -> Int? {
        if silence > 0 {
            let count = min(silence, samples.count)
            UnsafeMutableBufferPointer(rebasing: samples[..<count]).update(repeating: 0)
            silence -= count
            return count
        }
        if isSounding {
            let count = Int(dtmf_tx(state, samples.baseAddress, Int32(clamping: samples.count)))
            isSounding = count > 0
            return max(0, min(count, samples.count))
        }
        guard !waiting.isEmpty else { return nil }
        switch waiting.removeFirst() {
        case .pause(let milliseconds): silence = milliseconds * 8
        case .digit(let digit):
            var character = CChar(bitPattern: digit.character.asciiValue ?? 0)
            isSounding = dtmf_tx_put(state, &character, 1) == 0
        }
        return 0
    }
}
