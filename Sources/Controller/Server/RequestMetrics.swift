import PrometheusText
import Synchronization

/// Counts requests and their times, by endpoint: as many labels as there are endpoints, commands and statuses.
final class RequestMetrics: Sendable {
    /// Whom a gate did not let in.
    enum Caller: String, CaseIterable {
        case portal, scenario, staff
        case paymentSystem = "payment_system"
    }

    /// Upper ends of the classes of times, in seconds.
    private static let bounds = [0.005, 0.025, 0.1, 0.5, 2.5, 10]

    private struct Answer: Hashable {
        var endpoint: String
        var status: Int
    }

    private struct Times {
        var counts = Array(repeating: Int64(0), count: RequestMetrics.bounds.count + 1)
        var sum = 0.0
    }

    private struct State {
        var answers: [Answer: Int64] = [:]
        var times: [String: Times] = [:]
        var refusals: [Caller: Int64] = [:]
    }

    private let state = Mutex(State())

    /// - Parameter endpoint: Method and path as in the list of endpoints, never what a client has made up.
    func note(_ endpoint: String, status: Int, took duration: Duration) {
        let seconds = duration / .seconds(1)
        let place = Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.answers[Answer(endpoint: endpoint, status: status), default: 0] += 1
            state.times[endpoint, default: Times()].counts[place] += 1
            state.times[endpoint, default: Times()].sum += seconds
        }
    }

    func noteRefusal(of caller: Caller) { state.withLock { $0.refusals[caller, default: 0] += 1 } }

    func families() -> [MetricFamily] {
        let state = state.withLock { $0 }
        let answers = state.answers.sorted { ($0.key.endpoint, $0.key.status) < ($1.key.endpoint, $1.key.status) }
        return [
            MetricFamily(
                "switchboard_requests_total", .counter, help: "Requests that were answered.",
                samples: answers.map {
                    .init(
                        labels: [("endpoint", $0.key.endpoint), ("status", "\($0.key.status)")],
                        value: Double($0.value))
                }),
            MetricFamily(
                "switchboard_request_seconds", .histogram, help: "Time until the answer began.",
                samples: state.times.sorted { $0.key < $1.key }.flatMap(Self.samples)),
            MetricFamily(
                "switchboard_refused_requests_total", .counter, help: "Requests that were not let in.",
                samples: Caller.allCases.map {
                    .init(labels: [("caller", $0.rawValue)], value: Double(state.refusals[$0] ?? 0))
                }),
        ]
    }

    private static func samples(_ endpoint: String, _ times: Times) -> [MetricFamily.Sample] {
        let labels = [(name: "endpoint", value: endpoint)]
        return MetricFamily.histogram(labels: labels, bounds: bounds, counts: times.counts, sum: times.sum)
    }
}
