/// What a server does with a request, which decides what it must refuse.
public enum SIPServerRole: Hashable, Sendable {
    /// Answers itself: a request that may go no further is welcome.
    case endpoint
    /// Passes the request on, so the request must have a hop left.
    case forwarding
}

extension SIPRequest {
    /// The answer to a request that parses but cannot be processed, or nil when nothing stands against it.
    ///
    /// Checks, in this order (RFC 3261 clauses 8.1.1, 8.2, 16.3): each mandatory field once and in its grammar, CSeq's
    /// method, the header fields that a dialog is built from, Content-Length against the body, header fields in the
    /// Request-URI (400), its scheme (416), Max-Forwards used up (483, only when forwarding). A missing Max-Forwards,
    /// Contact, branch or From tag is let pass, for RFC 2543 clients send none.
    public func validationFailure(role: SIPServerRole = .endpoint) -> (status: Int, reason: String)? {
        do throws(SIPParseError) {
            try checkIdentity()
            try checkPath()
            try checkBody()
            guard uri.headers.isEmpty else {
                throw SIPParseError(.malformedURI, "a Request-URI holds no header fields", in: "Request-URI")
            }
        } catch {
            return (error.status, error.reason)
        }
        guard uri.isSIP || uri.scheme == "tel" else { return (416, SIPStatus.reason(416)) }
        if role == .forwarding, (try? headers.maxForwards) == 0 { return (483, SIPStatus.reason(483)) }
        return nil
    }

    /// The extensions in Require that are not in `known`, for the Unsupported field of a 420 (RFC 3261 clause 8.2.2.3).
    ///
    /// ACK and CANCEL carry the INVITE's Require and are never refused for it.
    public func unsupportedExtensions(known: Set<String>) throws(SIPParseError) -> [String] {
        guard method != .ack, method != .cancel else { return [] }
        return try headers.require.filter { !known.contains(CaseFolding.lowercased($0)) }
    }

    private func checkIdentity() throws(SIPParseError) {
        _ = try headers.from
        _ = try headers.to
        _ = try headers.callID
        guard try headers.cseq.method == method else {
            throw SIPParseError(.malformedHeader, "its method is not the request's", in: "CSeq")
        }
    }

    private func checkPath() throws(SIPParseError) {
        guard try !headers.vias.isEmpty else {
            throw SIPParseError(.missingHeader, "the field is mandatory", in: "Via")
        }
        _ = try headers.maxForwards
        _ = try headers.contacts
        _ = try headers.routes
        _ = try headers.recordRoutes
        _ = try headers.require
    }

    private func checkBody() throws(SIPParseError) {
        _ = try headers.expires
        _ = try headers.contentType
        if let length = try headers.contentLength, length > body.count {
            throw SIPParseError(.badContentLength, "larger than the message", in: "Content-Length")
        }
    }
}

extension SIPResponse {
    /// The first mistake in what a response is matched by, or nil; a response with one is dropped (RFC 3261 clause 18.1.2).
    public func matchingProblem() -> SIPParseError? {
        do throws(SIPParseError) {
            _ = try headers.topVia
            _ = try headers.from
            _ = try headers.to
            _ = try headers.callID
            _ = try headers.cseq
            return nil
        } catch {
            return error
        }
    }
}
