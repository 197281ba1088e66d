/// The rules by which both sides agree on a session timer.
enum SessionTimerNegotiation {
    /// What the called side does with a request.
    enum Verdict: Hashable, Sendable {
        /// 422 with our Min-SE.
        case tooShort
        /// No timer.
        case none
        case timer(SessionExpires, isRequired: Bool)
    }

    /// The called side's decision (RFC 4028 9).
    static func answer(to headers: SIPHeaders, settings: SessionTimerSettings) -> Verdict {
        let isSupported = headers.tokens(.supported).contains("timer")
        let least = max(settings.minimum.wholeSeconds, 90)
        guard let asked = try? headers.sessionExpires else {
            guard settings.isOffered else { return .none }
            let interval = max(settings.interval.wholeSeconds, least, (try? headers.minSE) ?? 0)
            return .timer(SessionExpires(interval: interval, refresher: .server), isRequired: false)
        }
        guard asked.interval >= least || !isSupported else { return .tooShort }
        let ours = settings.isOffered ? max(settings.interval.wholeSeconds, least) : UInt32.max
        let interval = max(min(asked.interval, ours), least, (try? headers.minSE) ?? 0)
        // A caller without the extension cannot refresh (RFC 4028 table 2).
        let refresher = isSupported ? asked.refresher ?? .client : .server
        return .timer(SessionExpires(interval: interval, refresher: refresher), isRequired: refresher == .client)
    }

    /// Asks for a timer in a request; `current` keeps who refreshes as it is.
    static func ask(
        _ headers: inout SIPHeaders, settings: SessionTimerSettings, current: SessionTimer?, least: UInt32?
    ) {
        guard settings.isOffered || current != nil else { return }
        let minimum = max(settings.minimum.wholeSeconds, 90, least ?? 0)
        let interval = max(current?.interval ?? settings.interval.wholeSeconds, minimum)
        let refresher = current.map { $0.refreshes ? SessionExpires.Refresher.client : .server }
        headers.set(.sessionExpires, SessionExpires(interval: interval, refresher: refresher).description)
        if minimum > 90 { headers.set(.minSE, "\(minimum)") }
    }

    /// The caller's timer from a 2xx; nil when the called side wants none.
    static func agreed(in headers: SIPHeaders, at now: SIPInstant) -> SessionTimer? {
        guard let granted = try? headers.sessionExpires else { return nil }
        // Less than the least of RFC 4028 4 would make us send refreshes without pause.
        return SessionTimer(interval: max(granted.interval, 90), refreshes: granted.refresher != .server, at: now)
    }
}
