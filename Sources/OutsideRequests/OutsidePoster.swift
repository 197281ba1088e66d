import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

/// Posts JSON to addresses that strangers chose: to the address that was checked and no other.
///
/// The host is looked up once and the connection goes to what was found, so that a name cannot lead somewhere else
/// after the check. Redirects are not followed.
public struct OutsidePoster: Sendable {
    private static let timeout = TimeAmount.seconds(10)

    private let policy: OutsidePolicy
    private let group: any EventLoopGroup

    public init(policy: OutsidePolicy, group: any EventLoopGroup) {
        self.policy = policy
        self.group = group
    }

    /// Why nothing was sent.
    public enum Refusal: Error, Sendable, Equatable, CustomStringConvertible {
        case privateNetwork

        public var description: String { "the host has an address of a private network" }
    }

    /// Sends one body, within 10 s.
    ///
    /// - Returns: The status of the answer.
    /// - Throws: ``Refusal``, or why there was no answer.
    public func post(
        _ body: String, headers: [(String, String)] = [], to address: OutsideAddress
    ) async throws -> Int {
        let found = try await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(address.host, port: address.port)
        }
        guard policy.permits(found), let target = found.ipAddress else { throw Refusal.privateNetwork }
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.dnsOverride = [address.host: target]
        let client = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
        let outcome: Result<Int, any Error>
        do {
            var request = HTTPClientRequest(url: address.url)
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json; charset=utf-8")
            for (name, value) in headers { request.headers.add(name: name, value: value) }
            request.body = .bytes(ByteBuffer(string: body))
            outcome = .success(Int(try await client.execute(request, timeout: Self.timeout).status.code))
        } catch {
            outcome = .failure(error)
        }
        try? await client.shutdown()
        return try outcome.get()
    }
}
