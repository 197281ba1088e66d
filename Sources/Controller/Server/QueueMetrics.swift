import PrometheusText

/// What waits in the controller: messages for portals, and portals for their accounts.
struct QueueMetrics: Sendable {
    let outbox: OutboxStore
    let provisioning: ProvisioningQueue
    let now: @Sendable () -> Moment

    func families() async throws -> [MetricFamily] {
        let depth = try await outbox.depth()
        let age = depth.oldest.map { max(now().milliseconds - $0.milliseconds, 0) } ?? 0
        return [
            Self.gauge("switchboard_outbox_messages", "Messages that portals have not taken.", Double(depth.messages)),
            Self.gauge("switchboard_outbox_oldest_seconds", "Age of the oldest of them.", Double(age) / 1000),
            Self.gauge(
                "switchboard_provisioning_waiting", "Portals that wait until an account can be made for them.",
                Double(provisioning.waiting)),
        ]
    }

    private static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, .gauge, help: help, samples: [.init(value: value)])
    }
}
