import CallControl
import SDP
import SIP

/// The commands of one call, for owners that do not care whether the call has ended meanwhile.
extension SIPShell {
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

    func accept(_ handle: SessionHandle, description: [UInt8], headers: CallHeaders) {
        attempt { (agent, now) throws(UserAgentError) in
            try agent.accept(handle, description: description, headers: SIPHeaders(headers), at: now)
        }
    }

    func reject(_ handle: SessionHandle, status: Int, headers: CallHeaders) {
        attempt { (agent, now) throws(UserAgentError) in
            try agent.reject(handle, status: status, headers: SIPHeaders(headers), at: now)
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
