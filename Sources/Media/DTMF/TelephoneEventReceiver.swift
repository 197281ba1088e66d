/// Makes one digit of the many packets of a key press (RFC 4733 section 2.5.2).
///
/// All packets of an event carry the same timestamp, so any first packet of a new timestamp reports the digit: it does not
/// matter whether the start or the end was lost, and repetitions are silent. Segments of a long event, and the packets of
/// senders that move the timestamp along, belong to the press before.
public struct TelephoneEventReceiver: Hashable, Sendable {
    private var press: Press?

    private struct Press: Hashable {
        var source: SynchronizationSource
        var event: UInt8
        var timestamp: RTPTimestamp
        var duration: Int
        var isEnded: Bool
    }

    /// Ticks that an older timestamp may be behind; farther back means a new clock.
    private static let memory = 8000 * 5
    /// Ticks that a moving timestamp may run ahead of the duration; the shortest gap between two presses is longer.
    private static let slack = 160

    /// A receiver that has seen nothing yet.
    public init() {}

    /// Takes the payload of one packet.
    /// - Returns: the digit when the packet is the first one seen of a press; nil otherwise, also for events that are not
    ///   digits.
    public mutating func receive(_ payload: UnsafeRawBufferPointer, header: RTPHeader) -> DTMFDigit? {
        guard let event = TelephoneEvent(parsing: payload) else { return nil }
        if var press, press.source == header.ssrc {
            let distance = press.timestamp.distance(to: header.timestamp)
            if distance < 0, distance > -Self.memory { return nil }
            if distance == 0 || continues(press, event, distance: distance) {
                press.timestamp = header.timestamp
                press.duration = distance == 0 ? max(press.duration, Int(event.duration)) : Int(event.duration)
                press.isEnded = press.isEnded || event.isEnd
                self.press = press
                return nil
            }
        }
        press = Press(
            source: header.ssrc, event: event.event, timestamp: header.timestamp, duration: Int(event.duration),
            isEnded: event.isEnd)
        return DTMFDigit(event: event.event)
    }

    /// A long event goes on in a new segment 65535 ticks later (RFC 4733 section 2.5.1.3).
    private func continues(_ press: Press, _ event: TelephoneEvent, distance: Int) -> Bool {
        guard press.event == event.event, !press.isEnded, distance > 0 else { return false }
        return distance == 0xFFFF || distance <= press.duration + Self.slack
    }
}
