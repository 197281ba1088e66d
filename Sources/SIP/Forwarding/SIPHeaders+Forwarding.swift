extension SIPHeaders {
    /// Forwardings that are passed on; older ones fall away.
    private static let longestTrail = 10

    /// The forwardings behind the call, the last one first (RFC 5806).
    public var diversions: [Diversion] {
        get throws(SIPParseError) { try addresses(.diversion).map { Diversion($0) } }
    }

    /// The targets that the call was sent to, the first one first (RFC 7044); entries without an index are left out.
    public var history: [HistoryEntry] {
        get throws(SIPParseError) { try addresses(.historyInfo).compactMap { HistoryEntry($0) } }
    }

    /// Writes down that `from` has sent the call to `to`, behind what the fields say already.
    ///
    /// - Parameter status: of the redirection; becomes the cause of the new entry (RFC 4458).
    public mutating func noteForwarding(
        from: SIPURI, to: SIPURI, status: Int, reason: Diversion.Reason = .deflection
    ) {
        let earlier = (try? diversions) ?? []
        let newest = Diversion(address: NameAddress(uri: from.withoutHeaders), reason: reason)
        set(.diversion, ([newest] + earlier).prefix(Self.longestTrail).map(\.description))
        var trail = (try? history) ?? []
        if trail.isEmpty { trail = [HistoryEntry(uri: from.withoutHeaders, index: "1")] }
        let parent = trail.last?.index ?? "1"
        trail.append(HistoryEntry(uri: to.withoutHeaders, index: "\(parent).1", cause: status))
        set(.historyInfo, trail.suffix(Self.longestTrail + 1).map(\.description))
    }
}

extension SIPURI {
    /// The address without the header fields behind its question mark.
    var withoutHeaders: SIPURI {
        var uri = self
        uri.headers = []
        return uri
    }
}
