/// One target that a call has been sent to (RFC 7044).
public struct HistoryEntry: Hashable, Sendable, CustomStringConvertible {
    /// The target without the header fields that say why.
    public var uri: SIPURI
    /// The place in the tree of targets, such as `1.2.1`; digits and dots, at most 32 octets.
    public var index: String
    /// The status or RFC 4458 cause for which the call came here.
    public var cause: Int?

    /// A target at its place.
    public init(uri: SIPURI, index: String, cause: Int? = nil) {
        self.uri = uri
        self.index = index
        self.cause = cause
    }

    /// The entry of a field; nil without a usable index.
    init?(_ entry: NameAddress) {
        guard let index = entry.parameters["index"], !index.isEmpty, index.utf8.count <= 32,
            index.utf8.allSatisfy({ ByteClass.isDigit($0) || $0 == .dot })
        else { return nil }
        var uri = entry.uri
        let cause = uri.parameters["cause"].flatMap { Int($0) }
        uri.parameters.remove("cause")
        uri.headers = []
        self.init(uri: uri, index: index, cause: cause)
    }

    public var description: String {
        var target = uri
        if let cause { target.parameters["cause"] = "\(cause)" }
        return "\(NameAddress(uri: target));index=\(index)"
    }
}
