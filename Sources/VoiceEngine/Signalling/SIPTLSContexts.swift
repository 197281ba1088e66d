import NIOCore
import NIOSSL

/// What TLS handlers of SIP connections are made of; the files are read once.
public struct SIPTLSContexts: Sendable {
    /// Nil without a listener.
    let server: NIOSSLContext?
    private let client: NIOSSLContext

    /// Reads the files of a configuration.
    public init(_ configuration: SIPTLSConfiguration) throws(SIPTLSError) {
        server = try configuration.listener.map { listener throws(SIPTLSError) in try Self.server(listener) }
        client = try Self.client(authorities: configuration.authoritiesPath)
    }

    /// The handler of a connection that this side opens to `name`, which the peer's certificate must bear.
    ///
    /// A numeric name is compared with the addresses in the certificate (RFC 5922 7.2).
    func clientHandler(to name: String) throws -> NIOSSLClientHandler {
        let isNumeric = (try? SocketAddress(ipAddress: name, port: 0)) != nil
        return try NIOSSLClientHandler(context: client, serverHostname: isNumeric ? nil : name)
    }

    private static func server(_ listener: SIPTLSConfiguration.Listener) throws(SIPTLSError) -> NIOSSLContext {
        let (certificatePath, keyPath) = (listener.certificatePath, listener.keyPath)
        let chain: [NIOSSLCertificate]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificatePath)
        } catch {
            throw .unreadableCertificate(path: certificatePath, detail: "\(error)")
        }
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        } catch {
            throw .unreadableKey(path: keyPath, detail: "\(error)")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unusable(certificate: certificatePath, key: keyPath, detail: "\(error)")
        }
    }

    private static func client(authorities: String?) throws(SIPTLSError) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        do {
            if let authorities {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .unreadableAuthorities(path: authorities ?? "of the system", detail: "\(error)")
        }
    }
}
