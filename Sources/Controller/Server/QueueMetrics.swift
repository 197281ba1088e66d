import PrometheusText

/// What waits in the controller: messages for portals, portals for their accounts, calls for their history and their cost;
/// and whether this controller is the one that does something about it.
struct QueueMetrics: Sendable {
    let outbox: OutboxStore
    let calls: CallStore
    let history: HistoryStore
    let duty: DutyMark
    let provisioning: ProvisioningQueue
    let now: @Sendable () -> Moment

    func families() async throws -> [MetricFamily] {
        let depth = try await outbox.depth()
        let (unreported, unpriced) = (try await calls.backlog(), try await history.backlog())
        return [
            Self.gauge("switchboard_outbox_messages", "Messages that portals have not taken.", Double(depth.messages)),
            Self.gauge("switchboard_outbox_oldest_seconds", "Age of the oldest of them.", age(depth.oldest)),
            Self.gauge(
                "switchboard_provisioning_waiting", "Portals that wait until an account can be made for them.",
                Double(provisioning.waiting)),
            Self.gauge(
                "switchboard_calls_unreported", "Calls without a history, those that go on among them.",
                Double(unreported.calls)),
            Self.gauge(
                "switchboard_calls_unreported_oldest_seconds", "How long ago the oldest of them began.",
                age(unreported.oldest)),
            Self.gauge(
                "switchboard_calls_unpriced", "Calls with a history and without their final cost.",
                Double(unpriced.calls)),
            Self.gauge(
                "switchboard_calls_unpriced_oldest_seconds", "Age of the oldest of these histories.",
                age(unpriced.oldest)),
            Self.gauge(
                "switchboard_on_duty", "1 for the controller that does what goes on by itself, 0 for others.",
                duty.isSet ? 1 : 0),
        ]
    }

    private func age(_ oldest: Moment?) -> Double {
        oldest.map { Double(max(now().milliseconds - $0.milliseconds, 0)) / 1000 } ?? 0
    }

    private static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
        MetricFamily(name, .gauge, help: help, samples: [.init(value: value)])
    }
}
