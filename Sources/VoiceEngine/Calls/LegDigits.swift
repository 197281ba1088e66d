import Media
import NIOCore
import SDP
import SIP

/// How digits leave a leg: in its sound, or by SIP INFO to a device that takes them no other way.
///
/// A device gets INFO when it takes no telephone events (RFC 4733) and has shown that it knows INFO digits: by naming
/// their type in `Accept`, or by sending one itself. Everything else gets events or tones, which always arrive.
final class LegDigits {
    private let media: LegMedia
    private let eventLoop: any EventLoop
    /// Sends one INFO; set once there is a dialog to send it in.
    var sendInfo: ((SIPPayload) -> Void)?
    private var sender = InfoDigitSender()
    private var timer: Scheduled<Void>?
    private var form: DigitInfoBody.ContentType?
    private var takesEvents = false

    init(media: LegMedia, eventLoop: any EventLoop) {
        self.media = media
        self.eventLoop = eventLoop
        media.onAgreement = { [weak self] in self?.agreed(takesEvents: $0.telephoneEventPayloadType != nil) }
        media.onSourceDigit = { [weak self] in self?.send(String($0)) }
    }

    deinit { timer?.cancel() }

    private var leavesByInfo: Bool { !takesEvents && form != nil }

    private func agreed(takesEvents: Bool) {
        self.takesEvents = takesEvents
        media.reportSourceDigits(leavesByInfo)
    }

    /// What the far end says of itself in its headers.
    func learn(from headers: SIPHeaders) {
        if form == nil { note(DigitInfoBody.ContentType.accepted(by: headers)) }
    }

    /// The far end has sent a digit in this form.
    func learn(_ form: DigitInfoBody.ContentType) { note(form) }

    private func note(_ form: DigitInfoBody.ContentType?) {
        guard let form else { return }
        self.form = form
        media.reportSourceDigits(leavesByInfo)
    }

    func send(_ digits: String) {
        guard leavesByInfo, sendInfo != nil else { return media.sendDigits(digits) }
        sender.send(DialString(digits), at: Self.now)
        advance()
    }

    private func advance() {
        while let digit = sender.timerFired(at: Self.now) { send(digit) }
        timer?.cancel()
        timer = sender.nextDeadline.map { deadline in
            eventLoop.assumeIsolated().scheduleTask(deadline: .uptimeNanoseconds(deadline.nanoseconds)) {
                [weak self] in self?.advance()
            }
        }
    }

    private func send(_ digit: DTMFDigit) {
        guard let form else { return }
        let milliseconds = Int(InfoDigitSender.digitLength.wholeMilliseconds)
        let body = DigitInfoBody(digit: digit, durationMilliseconds: milliseconds, type: form)
        sendInfo?(SIPPayload(contentType: form.rawValue, bytes: Array(body.text.utf8)))
    }

    private static var now: SIPInstant { SIPInstant(nanoseconds: NIODeadline.now().uptimeNanoseconds) }
}

extension DigitInfoBody.ContentType {
    /// The form that an `Accept` header names (RFC 3261 clause 20.1), the one with a duration before the bare one.
    static func accepted(by headers: SIPHeaders) -> Self? {
        let types = headers.all(.accept).flatMap { field in
            field.lowercased().split(separator: ",").map { type in
                String(type.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" })
            }
        }
        return allCases.first { types.contains($0.rawValue) }
    }
}

extension Duration {
    /// Whole milliseconds.
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
