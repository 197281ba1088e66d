/// What tells client transactions apart (RFC 3261 17.1.3): the branch and the method of CSeq.
struct ClientTransactionKey: Hashable, Sendable {
    let branch: String
    let method: SIPMethod

    /// The key of a message's top Via and CSeq, or nil when one of them is missing.
    init?(_ headers: SIPHeaders) {
        guard let branch = (try? headers.topVia)?.branch, let cseq = try? headers.cseq else { return nil }
        self.branch = branch
        self.method = cseq.method
    }
}

/// What tells server transactions apart (RFC 3261 17.2.3).
struct ServerTransactionKey: Hashable, Sendable {
    private enum Identity: Hashable, Sendable {
        /// A peer of RFC 3261: branch with the magic cookie, and sent-by.
        case branch(String, sentBy: String)
        /// A peer of RFC 2543: what that specification compares, less the To tag, which an ACK changes.
        case legacy(uri: String, fromTag: String?, callID: String, sequence: UInt32, via: String)
    }

    private let identity: Identity
    let method: SIPMethod

    /// The key of the transaction that `request` opens or repeats; an ACK has the key of its INVITE.
    init?(_ request: SIPRequest) {
        self.init(request, method: request.method == .ack ? .invite : request.method)
    }

    /// The key of the INVITE that a CANCEL names.
    static func cancelled(by request: SIPRequest) -> ServerTransactionKey? {
        ServerTransactionKey(request, method: .invite)
    }

    private init?(_ request: SIPRequest, method: SIPMethod) {
        guard let via = try? request.headers.topVia else { return nil }
        self.method = method
        if let branch = via.branch, branch.hasPrefix("z9hG4bK"), branch.utf8.count > 7 {
            identity = .branch(branch, sentBy: "\(via.host.lowercased()):\(via.port ?? 0)")
            return
        }
        guard let from = try? request.headers.from, let callID = try? request.headers.callID,
            let cseq = try? request.headers.cseq
        else { return nil }
        identity = .legacy(
            uri: "\(request.uri)", fromTag: from.tag, callID: callID, sequence: cseq.number,
            via: "\(via.host.lowercased()):\(via.port ?? 0);\(via.branch ?? "")")
    }
}

/// What is equal in copies of one request that came by different ways (RFC 3261 8.2.2.2).
struct MergeKey: Hashable, Sendable {
    private let fromTag: String
    private let callID: String
    private let sequence: UInt32
    private let method: SIPMethod

    /// The key of a request outside a dialog; nil for one with a To tag, which cannot be a merged copy.
    init?(_ request: SIPRequest) {
        guard let to = try? request.headers.to, to.tag == nil, request.method != .ack, request.method != .cancel,
            let from = try? request.headers.from, let fromTag = from.tag,
            let callID = try? request.headers.callID, let cseq = try? request.headers.cseq
        else { return nil }
        self.fromTag = fromTag
        self.callID = callID
        self.sequence = cseq.number
        self.method = cseq.method
    }
}
