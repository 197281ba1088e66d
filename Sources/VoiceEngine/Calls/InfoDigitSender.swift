import Media
import SIP

/// Paces digits that leave by SIP INFO, one request at a time.
///
/// A value without clock: digits and instants go in, the digit that is due comes out. The pace is that of a quick finger,
/// since devices play each digit for the time that its body names.
struct InfoDigitSender {
    /// How long a device is told to play a digit.
    static let digitLength = Duration.milliseconds(160)
    /// From the start of one digit to the start of the next.
    static let step = Duration.milliseconds(260)

    private var waiting: [DialString.Item] = []
    /// When the next item may begin; nil while nothing waits and nothing was sent just now.
    private(set) var nextDeadline: SIPInstant?

    /// Adds digits behind those that wait, at most 256 of them; ask ``timerFired(at:)`` at once.
    mutating func send(_ digits: DialString, at now: SIPInstant) {
        waiting.append(contentsOf: digits.items.prefix(max(0, DialString.maximumLength - waiting.count)))
        if !waiting.isEmpty, nextDeadline == nil { nextDeadline = now }
    }

    /// The digit to send now; nil when none is due. Ask again until it is nil, then at ``nextDeadline``.
    mutating func timerFired(at now: SIPInstant) -> DTMFDigit? {
        while let deadline = nextDeadline, deadline <= now {
            guard !waiting.isEmpty else {
                nextDeadline = nil
                return nil
            }
            switch waiting.removeFirst() {
            case .digit(let digit):
                nextDeadline = deadline + Self.step
                return digit
            case .pause(let milliseconds): nextDeadline = deadline + .milliseconds(milliseconds)
            }
        }
        return nil
    }
}
