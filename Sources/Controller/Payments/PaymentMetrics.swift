import PrometheusText

/// How payments go, as numbers for Prometheus: one that waits for long wants the operator.
struct PaymentMetrics: Sendable {
    let store: PaymentStore
    let now: @Sendable () -> Moment

    func families() async throws -> [MetricFamily] {
        let waiting = try await store.waiting()
        let age = waiting.oldest.map { Double(now().milliseconds - $0.milliseconds) / 1000 } ?? 0
        return [
            MetricFamily(
                "switchboard_payments_waiting", .gauge,
                help: "Confirmed payments whose money is not on the account yet.",
                samples: [.init(value: Double(waiting.count))]),
            MetricFamily(
                "switchboard_payments_waiting_seconds", .gauge, help: "How long the oldest of them has waited.",
                samples: [.init(value: max(0, age))]),
        ]
    }
}
