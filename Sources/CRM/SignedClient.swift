import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import RequestSigning

/// Posts JSON to a portal, each request signed with a nonce of its own.
public struct SignedClient: Sendable {
    /// How a request failed; texts hold neither body nor key.
    public enum Failure: Error, Hashable, Sendable {
        /// No connection, or no answer in time.
        case unreachable(String)
        /// Another status than 200.
        case status(Int, body: Data)
        /// The answer is longer than the limit.
        case tooLong
    }

    /// Longer answers are refused.
    public static let longestAnswer = 4 << 20

    private let base: String
    private let portal: String
    private let key: @Sendable () -> RequestKey
    private let http: HTTPClient
    private let now: @Sendable () -> Int64

    /// - Parameters:
    ///   - base: Address of the peer, with or without a slash at its end.
    ///   - portal: The portal's identifier, sent along so that the peer finds the key.
    ///   - key: The key that the peer understands at the moment of a request.
    ///   - now: Seconds since 1970.
    public init(
        base: String, portal: String, key: @escaping @Sendable () -> RequestKey, http: HTTPClient,
        now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    ) {
        self.base = base.hasSuffix("/") ? String(base.dropLast()) : base
        self.portal = portal
        self.key = key
        self.http = http
        self.now = now
    }

    /// Sends the body and gives the answer's body.
    ///
    /// - Parameter path: Begins with a slash.
    public func post(_ path: String, json: Data, limit: Duration) async throws(Failure) -> Data {
        do {
            let response = try await http.execute(request(path, json), timeout: TimeAmount(limit))
            let body = try await response.body.collect(upTo: Self.longestAnswer)
            guard response.status == .ok else {
                throw Failure.status(Int(response.status.code), body: Data(buffer: body))
            }
            return Data(buffer: body)
        } catch let failure as Failure {
            throw failure
        } catch is NIOTooManyBytesError {
            throw .tooLong
        } catch {
            throw .unreachable(Self.reason(error))
        }
    }

    /// Sends the body and gives the answer's body while it comes, however long it is.
    ///
    /// - Parameter limit: For the answer's beginning.
    public func stream(
        _ path: String, json: Data, limit: Duration
    ) async throws(Failure) -> HTTPClientResponse.Body {
        let response: HTTPClientResponse
        do {
            response = try await http.execute(request(path, json), timeout: TimeAmount(limit))
        } catch {
            throw .unreachable(Self.reason(error))
        }
        guard response.status != .ok else { return response.body }
        let body = try? await response.body.collect(upTo: Self.longestAnswer)
        throw .status(Int(response.status.code), body: Data(buffer: body ?? ByteBuffer()))
    }

    private func request(_ path: String, _ json: Data) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        let signed = SignedRequest(
            method: "POST", path: Self.pathAndQuery(base + path), body: Array(json), time: now(),
            nonce: Self.nonce())
        request.headers.add(name: SignatureHeader.portal, value: portal)
        request.headers.add(name: SignatureHeader.time, value: String(signed.time))
        request.headers.add(name: SignatureHeader.nonce, value: signed.nonce)
        request.headers.add(name: SignatureHeader.signature, value: signed.signature(key()))
        request.body = .bytes(ByteBuffer(data: json))
        return request
    }

    /// What the peer sees on its request line: everything from the first slash behind the host.
    private static func pathAndQuery(_ url: String) -> String {
        guard let scheme = url.range(of: "://"),
            let slash = url[scheme.upperBound...].firstIndex(of: "/")
        else { return "/" }
        return String(url[slash...])
    }

    /// 128 bits of the system's generator, which is cryptographic on every platform of ours.
    private static func nonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(generator.next(), radix: 16) + "-" + String(generator.next(), radix: 16)
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as HTTPClientError where error == .deadlineExceeded || error == .readTimeout: "no answer in time"
        case let error as HTTPClientError where error == .connectTimeout: "no connection in time"
        case let error as HTTPClientError: error.shortDescription
        default: "no connection (\(type(of: error)))"
        }
    }
}
