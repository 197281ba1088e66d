/// Plans the packets of digits, one decision for each 20 ms tick (RFC 4733 section 2.5.1).
///
/// The caller asks at every tick with the timestamp that its next audio packet would have. While ``isBusy`` with a digit a
/// packet comes back and replaces the audio; between digits nil comes back and the audio goes on.
public struct TelephoneEventSender: Hashable, Sendable {
    /// One packet to send at this tick.
    public struct Packet: Hashable, Sendable {
        /// Set in the first packet of each digit.
        public var marker: Bool
        /// The instant at which the digit began; the same in all its packets.
        public var timestamp: RTPTimestamp
        /// The payload.
        public var event: TelephoneEvent
    }

    private let frameTicks: Int
    private let digitTicks: Int
    private let gapTicks: Int
    private let volume: UInt8
    private var waiting: [DialString.Item] = []
    private var state = State.idle

    /// idle → sending or pausing with the next item. sending: duration grows → ending. ending: the last packet, three times
    /// → pausing. pausing → idle.
    private enum State: Hashable {
        case idle
        case sending(DTMFDigit, start: RTPTimestamp, duration: Int)
        case ending(DTMFDigit, start: RTPTimestamp, left: Int)
        case pausing(ticks: Int)
    }

    /// - Parameters:
    ///   - digitMilliseconds: how long each digit lasts, 40…8000.
    ///   - gapMilliseconds: silence after each digit.
    public init(
        digitMilliseconds: Int = 100, gapMilliseconds: Int = 100, volume: UInt8 = 10, clockRate: Int = 8000,
        frameTicks: Int = 160
    ) {
        self.frameTicks = max(1, frameTicks)
        digitTicks = min(max(40, min(digitMilliseconds, 8000)) * clockRate / 1000, 0xFFFF)
        gapTicks = max(0, min(gapMilliseconds, 10_000)) * clockRate / 1000
        self.volume = volume
    }

    /// Adds digits and pauses after those that wait; at most 256 items wait.
    public mutating func send(_ digits: DialString) {
        waiting.append(contentsOf: digits.items.prefix(max(0, DialString.maximumLength - waiting.count)))
    }

    /// True while something is to be sent or a pause runs.
    public var isBusy: Bool { state != .idle || !waiting.isEmpty }

    /// Decides one tick; `timestamp` is that of the audio packet that would be sent now.
    public mutating func tick(at timestamp: RTPTimestamp) -> Packet? {
        if case .pausing(let ticks) = state {
            state = ticks > frameTicks ? .pausing(ticks: ticks - frameTicks) : .idle
            return nil
        }
        if state == .idle { begin(at: timestamp) }
        switch state {
        case .idle, .pausing: return nil
        case .sending(let digit, let start, let duration): return packet(digit, start: start, duration: duration)
        case .ending(let digit, let start, let left):
            state = left > 1 ? .ending(digit, start: start, left: left - 1) : .pausing(ticks: gapTicks)
            if state == .pausing(ticks: 0) { state = .idle }
            return endPacket(digit, start: start)
        }
    }

    private mutating func begin(at timestamp: RTPTimestamp) {
        guard !waiting.isEmpty else { return }
        switch waiting.removeFirst() {
        case .digit(let digit): state = .sending(digit, start: timestamp, duration: frameTicks)
        case .pause(let milliseconds): state = .pausing(ticks: milliseconds * 8 - frameTicks)
        }
    }

    private mutating func packet(_ digit: DTMFDigit, start: RTPTimestamp, duration: Int) -> Packet {
        guard duration < digitTicks else {
            state = .ending(digit, start: start, left: 2)
            return endPacket(digit, start: start)
        }
        state = .sending(digit, start: start, duration: duration + frameTicks)
        let event = TelephoneEvent(event: digit.event, volume: volume, duration: UInt16(clamping: duration))
        return Packet(marker: duration == frameTicks, timestamp: start, event: event)
    }

    private func endPacket(_ digit: DTMFDigit, start: RTPTimestamp) -> Packet {
        let event = TelephoneEvent(event: digit.event, isEnd: true, volume: volume, duration: UInt16(digitTicks))
        return Packet(marker: false, timestamp: start, event: event)
    }
}
