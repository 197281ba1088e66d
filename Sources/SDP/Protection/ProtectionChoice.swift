/// How one offered stream can be taken.
enum ProtectionChoice: Hashable {
    case plain
    /// Encrypted; the answer names the line of the offer by its tag.
    case protected(tag: Int, AgreedProtection)
    case impossible

    /// The choice for a stream of the peer's offer.
    ///
    /// The first line of the offer whose suite is known is taken (RFC 4568 5.1.2). A key of ours in `previous`, our last
    /// description, stays: its packet counter must not begin again.
    init(offered stream: MediaDescription, local: AudioProtection?, previous: MediaDescription?) {
        let used = previous?.cryptoAttributes.map(\.key) ?? []
        for line in stream.cryptoAttributes {
            let suite = line.key.suite
            guard let fresh = local?.keys.first(where: { $0.suite == suite }) else { continue }
            let own = used.first { $0.suite == suite } ?? fresh
            self = .protected(tag: line.tag, AgreedProtection(own: own, peer: line.key))
            return
        }
        self = stream.isProtectedTransport || local?.isRequired == true ? .impossible : .plain
    }

    /// The choice that the answer to our offer has made; a line that fits none of ours agrees nothing (RFC 4568 5.1.3).
    init(answered theirs: MediaDescription, mine: MediaDescription) {
        if let line = theirs.cryptoAttributes.first {
            let own = mine.cryptoAttributes.first { $0.tag == line.tag && $0.key.suite == line.key.suite }
            self = own.map { .protected(tag: line.tag, AgreedProtection(own: $0.key, peer: line.key)) } ?? .impossible
        } else {
            let isProtected = mine.isProtectedTransport || theirs.isProtectedTransport
            let hasForeignLine = !theirs.attributes.values(named: "crypto").isEmpty
            self = isProtected || hasForeignLine ? .impossible : .plain
        }
    }

    var agreed: AgreedProtection? {
        if case .protected(_, let agreed) = self { agreed } else { nil }
    }

    /// The line of our answer.
    var attribute: SDPAttribute? {
        if case .protected(let tag, let agreed) = self {
            CryptoAttribute(tag: tag, key: agreed.own).attribute
        } else {
            nil
        }
    }
}
