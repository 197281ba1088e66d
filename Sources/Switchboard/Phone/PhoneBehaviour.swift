import NIOCore

/// How a phone treats calls that come in.
struct PhoneBehaviour: Sendable {
    enum Answer: Sendable, Equatable {
        /// Rings until somebody answers through the program.
        case manual
        case after(TimeAmount)
        case reject(status: Int)
    }

    var answer = Answer.manual
    /// False for a device that does not tell the caller that it rings.
    var tellsRinging = true
    /// Holds back everything that the phone sends, as a slow link would.
    var lag = TimeAmount.zero
}
