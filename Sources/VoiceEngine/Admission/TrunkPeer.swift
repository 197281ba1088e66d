/// A carrier or PBX whose calls are known by their source address and need no password.
public struct TrunkPeer: Sendable, Hashable {
    public var name: String
    public var network: IPNetwork
    /// Whether the sound of its calls is encrypted.
    public var srtp: SRTPPolicy

    public init(name: String, network: IPNetwork, srtp: SRTPPolicy = .off) {
        self.name = name
        self.network = network
        self.srtp = srtp
    }
}
