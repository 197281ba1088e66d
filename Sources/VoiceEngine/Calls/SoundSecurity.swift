import Digests
import SDP
import SIP

/// Whether sound is encrypted.
public enum SRTPPolicy: String, Sendable, Hashable, CaseIterable {
    /// Never: offers of it are refused, keys beside plain offers passed over.
    case off
    /// Where the peer can and keys may be exchanged.
    case optional
    /// A call without encryption does not come about.
    case required
}

/// Over which signalling the keys of sound may travel; whoever reads a key hears the call.
public enum KeyExchange: String, Sendable, Hashable, CaseIterable {
    /// Over TLS.
    case tls
    /// Over whatever carries the call.
    case any
}

/// What the legs of a peer do about the encryption of their sound.
public struct SoundSecurity: Sendable, Hashable {
    public var policy: SRTPPolicy
    public var keyExchange: KeyExchange

    public init(policy: SRTPPolicy = .off, keyExchange: KeyExchange = .tls) {
        self.policy = policy
        self.keyExchange = keyExchange
    }

    func mayExchangeKeys(on flow: SIPFlow) -> Bool { keyExchange == .any || flow.transport.isSecure }

    /// Fresh keys of a leg for each suite that the library knows.
    public func makeKeys() -> [MediaKey] {
        guard policy != .off else { return [] }
        return SRTPSession.suites.compactMap { MediaKey($0, octets: SecureRandom.bytes($0.keyLength)) }
    }

    /// What may be agreed over a flow, with a leg's keys; nil for plain sound.
    public func protection(on flow: SIPFlow, keys: [MediaKey]) -> AudioProtection? {
        guard policy != .off else { return nil }
        return AudioProtection(isRequired: policy == .required, keys: mayExchangeKeys(on: flow) ? keys : [])
    }
}
