import CallControl
import SDP
import SIP

/// The commands of one call, for owners that do not care whether the call has ended meanwhile.
extension SIPShell {
    /// Seconds after which a caller may try again whom the platform cannot take now (RFC 3261 20.33).
    static let retryAfter = "10"

    func ring(_ handle: SessionHandle, headers: CallHeaders) {
        attempt { (agent, now) throws(UserAgentError) in
            try agent.ring(handle, headers: SIPHeaders(headers), at: now)
        }
    }

    func progress(_ handle: SessionHandle, description: [UInt8], headers: CallHeaders) {
        attempt { (agent, now) throws(UserAgentError) in
            try agent.progress(handle, description: description, headers: SIPHeaders(headers), at: now)
        }
    }

    /// - Parameter callee: Who answers, where the caller is told.
    func accept(
        _ handle: SessionHandle, description: [UInt8], headers: CallHeaders, callee: CalleeIdentity? = nil
    ) {
        attempt { (agent, now) throws(UserAgentError) in
            var fields = SIPHeaders(headers)
            callee?.write(to: &fields)
            try agent.accept(handle, description: description, headers: fields, at: now)
        }
    }

    /// Refuses a call; a 503 says when to try again, without which it counts as 500 (RFC 3261 21.5.4).
    func reject(_ handle: SessionHandle, status: Int, headers: CallHeaders) {
        attempt { (agent, now) throws(UserAgentError) in
            var fields = SIPHeaders(headers)
            if status == 503 { fields.set(.retryAfter, Self.retryAfter) }
            try agent.reject(handle, status: status, headers: fields, at: now)
        }
    }

    func cancel(_ handle: SessionHandle, headers: CallHeaders) {
        attempt { (agent, now) throws(UserAgentError) in
            try agent.cancel(handle, headers: SIPHeaders(headers), at: now)
        }
    }

    /// Ends the call, also one whose answer still waits for the acknowledgement of an earlier response.
    func bye(_ handle: SessionHandle, headers: CallHeaders) {
        attempt { (agent, now) throws(UserAgentError) in
            try agent.hangUp(handle, headers: SIPHeaders(headers), at: now)
        }
    }

    func acceptReinvite(_ handle: SessionHandle, description: [UInt8]) {
        attempt { (agent, now) throws(UserAgentError) in
            try agent.acceptReinvite(handle, description: description, at: now)
        }
    }

    func rejectReinvite(_ handle: SessionHandle, status: Int) {
        attempt { (agent, now) throws(UserAgentError) in
            try agent.rejectReinvite(handle, status: status, at: now)
        }
    }

    func info(_ handle: SessionHandle, _ payload: SIPPayload, headers: CallHeaders) {
        attempt { (agent, now) throws(UserAgentError) in
            try agent.info(handle, payload: payload, headers: SIPHeaders(headers), at: now)
        }
    }

    func message(_ handle: SessionHandle, _ payload: SIPPayload) {
        attempt { (agent, now) throws(UserAgentError) in
            try agent.message(handle, payload: payload, at: now)
        }
    }
}

extension SessionDescription {
    /// The octets of a message body.
    var bytes: [UInt8] { Array(text.utf8) }
}
