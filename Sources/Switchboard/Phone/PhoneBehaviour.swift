import NIOCore
import SDP
import SIP
import VoiceEngine

/// How a phone treats calls that come in.
struct PhoneBehaviour: Sendable {
    enum Answer: Sendable, Equatable {
        /// Rings until somebody answers through the program.
        case manual
        case after(TimeAmount)
        case reject(status: Int)
        /// Sends every call on to another address (302).
        case redirect(to: SIPURI)
    }

    /// How digits leave and reach the phone.
    enum Digits: String, Sendable, CaseIterable {
        /// As telephone events (RFC 4733), or as tones where the far end takes none.
        case events
        /// As SIP INFO; the phone's descriptions name no telephone events.
        case info
    }

    var answer = Answer.manual
    var digits = Digits.events
    /// Whether the phone's sound is encrypted.
    var srtp = SRTPPolicy.off
    /// What the phone offers and takes, in the order of preference.
    var codecs: [AudioCodec] = [.pcmu, .pcma]
    /// False for a device that does not tell the caller that it rings.
    var tellsRinging = true
    /// Holds back everything that the phone sends, as a slow link would.
    var lag = TimeAmount.zero
}
