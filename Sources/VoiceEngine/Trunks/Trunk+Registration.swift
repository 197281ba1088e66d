import CallControl
import Digests
import SIP

extension Trunk {
    /// The registration at one of the servers; nil when the trunk wants none.
    ///
    /// The Contact's name is the same after every start, so that no registrar calls an older one, and cannot be guessed
    /// without the password.
    func outboundRegistration(at server: TrunkServer, id: OutboundRegistrationID) -> OutboundRegistration? {
        guard let registration else { return nil }
        let host = HostText.bracketed(server.hop.host)
        let text = "\(name)\n\(registration.user)\n\(host):\(server.hop.port)\n\(credentials?.password ?? "")"
        let digest =
            credentials == nil
            ? Hexadecimal.encode(SecureRandom.bytes(16))
            : String(HashFunction.sha256.hexDigest(text).prefix(32))
        let address = server.hop.explicitPort.map { "\(host):\($0)" } ?? host
        let transport = server.hop.transport
        let parameter = transport == .udp ? "" : ";transport=\(transport.viaName.lowercased())"
        return OutboundRegistration(
            id: id, userName: registration.user, proxy: domain.map(HostText.bracketed) ?? address,
            authUser: credentials?.username, outboundProxy: "\(address)\(parameter)",
            password: credentials?.password, contactUser: digest, expiry: registration.expiry)
    }
}
