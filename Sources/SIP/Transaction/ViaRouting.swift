/// The rules by which responses find their way back (RFC 3261 18.2, RFC 3581).
enum ViaRouting {
    /// The request with `received` and `rport` of its top Via filled from where it really came from.
    static func stamped(_ request: SIPRequest, receivedOn flow: SIPFlow) -> SIPRequest {
        guard var via = try? request.headers.topVia else { return request }
        // RFC 3581 4: with rport, received is written even when the address is the one in sent-by.
        guard via.hasRport || HostName.withoutBrackets(via.host) != flow.remoteAddress else { return request }
        via.received = flow.remoteAddress
        if via.hasRport { via.rport = flow.remotePort }
        var request = request
        try? request.headers.setTopVia(via)
        return request
    }

    /// Where responses to `request` go, which came on `flow`.
    static func responseFlow(of request: SIPRequest, receivedOn flow: SIPFlow) -> SIPFlow {
        guard !flow.transport.isReliable, let via = try? request.headers.topVia else { return flow }
        guard !via.hasRport else { return flow }
        return flow.towards(address: flow.remoteAddress, port: via.port ?? flow.transport.defaultPort)
    }

    /// Whether the host is a numeric address, which needs no look-up.
    static func isAddress(_ host: String) -> Bool {
        let host = HostName.withoutBrackets(host)
        if host.contains(":") { return true }
        let octets = host.split(separator: ".", omittingEmptySubsequences: false)
        return octets.count == 4 && octets.allSatisfy { UInt8($0) != nil }
    }

    /// The Via of a request sent on `flow`; `rport` brings the answer back through address translation.
    static func via(_ flow: SIPFlow, branch: String) -> Via {
        let host = flow.localAddress.contains(":") ? "[\(flow.localAddress)]" : flow.localAddress
        var via = Via(transport: flow.transport.viaName, host: host, port: flow.localPort)
        via.branch = branch
        via.parameters.setFlag("rport")
        return via
    }
}
