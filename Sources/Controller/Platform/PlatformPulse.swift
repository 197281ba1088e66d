import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Whether the voice platform answers, asked now and then by whoever wants to know.
///
/// Every answer of its HTTP server counts, whatever it says: a platform that does not know the address is there.
final class PlatformPulse: Sendable {
    /// How long an answer stands.
    private static let life = Duration.seconds(5)
    private static let limit = TimeAmount.seconds(2)
    private static let longestAnswer = 1 << 16

    private struct Look {
        var began: ContinuousClock.Instant
        var answer: Task<Bool, Never>
    }

    private let baseURL: String
    private let http: HTTPClient
    private let last = Mutex<Look?>(nil)

    init(baseURL: String, http: HTTPClient) {
        self.baseURL = baseURL
        self.http = http
    }

    /// However many ask, the platform is asked once in five seconds.
    func beats() async -> Bool {
        let now = ContinuousClock.now
        let answer = last.withLock { last in
            if let last, last.began.duration(to: now) < Self.life { return last.answer }
            let answer = Task { await self.ask() }
            last = Look(began: now, answer: answer)
            return answer
        }
        return await answer.value
    }

    private func ask() async -> Bool {
        let request = HTTPClientRequest(url: baseURL + "/health")
        guard let response = try? await http.execute(request, timeout: Self.limit) else { return false }
        _ = try? await response.body.collect(upTo: Self.longestAnswer)
        return response.status.code < 500
    }
}
