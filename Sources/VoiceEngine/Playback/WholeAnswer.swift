import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Fetches the answer to a request as a whole, within a time and a size.
struct WholeAnswer: Sendable {
    /// Why there is no answer.
    enum Failure: Error, Equatable {
        case malformedURL
        /// An answer other than 200.
        case status(Int)
        case tooLarge(limit: Int)
        case timeout
        case unreachable(String)
    }

    let client: HTTPClient
    /// From the request to the last octet.
    let limit: TimeAmount
    let largest: Int

    /// The body; throws a ``Failure``.
    func fetch(_ request: HTTPClientRequest) async throws -> ByteBuffer {
        let work = Task {
            let response = try await client.execute(request, timeout: limit)
            guard response.status == .ok else { throw Failure.status(Int(response.status.code)) }
            return try await response.body.collect(upTo: largest)
        }
        // The client's own limit counts up to the head of the answer only: a server may send its body for ever.
        let timer = client.eventLoopGroup.any().scheduleTask(in: limit) { work.cancel() }
        defer { timer.cancel() }
        do {
            return try await work.value
        } catch {
            throw Self.failure(of: error, largest: largest)
        }
    }

    private static func failure(of error: any Error, largest: Int) -> Failure {
        switch error {
        case let failure as Failure: failure
        case is NIOTooManyBytesError: .tooLarge(limit: largest)
        case is CancellationError: .timeout
        case let known as HTTPClientError: failure(of: known)
        default: .unreachable("no connection")
        }
    }

    private static func failure(of error: HTTPClientError) -> Failure {
        if [.deadlineExceeded, .readTimeout, .connectTimeout, .cancelled].contains(error) { return .timeout }
        if [.invalidURL, .emptyHost].contains(error) { return .malformedURL }
        return .unreachable(error.shortDescription)
    }
}
