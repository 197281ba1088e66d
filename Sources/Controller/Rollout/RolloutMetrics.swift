import PrometheusText

/// The rollouts as numbers for Prometheus.
struct RolloutMetrics: Sendable {
    let desk: RolloutDesk

    /// The versions that accounts may have; counts are those since a version's rollout began.
    func families() async throws -> [MetricFamily] {
        var statuses: [RolloutStatus] = []
        for version in desk.versions.plan.versions where version.state != .withdrawn {
            statuses.append(try await desk.status(version.number))
        }
        return Self.progress(statuses) + Self.health(statuses)
    }

    private static func progress(_ statuses: [RolloutStatus]) -> [MetricFamily] {
        let states = statuses.flatMap { status in
            ScenarioVersion.State.allCases.map { state in
                MetricFamily.Sample(
                    labels: labels(status) + [("state", state.rawValue)], value: status.version.state == state ? 1 : 0)
            }
        }
        return [
            MetricFamily("switchboard_scenario_state", .gauge, help: "1 for the state of a version.", samples: states),
            family("switchboard_scenario_share_ratio", .gauge, "Share of the portals.", statuses) {
                $0.version.audience.share.fraction
            },
            family("switchboard_scenario_accounts", .gauge, "Accounts that have the version.", statuses) {
                Double($0.version.accounts)
            },
        ]
    }

    private static func health(_ statuses: [RolloutStatus]) -> [MetricFamily] {
        [
            family("switchboard_scenario_sessions_total", .counter, "Sessions that were reported.", statuses) {
                Double($0.health.whole.sessions)
            },
            family("switchboard_scenario_failed_sessions_total", .counter, "Sessions that failed.", statuses) {
                Double($0.health.whole.failed)
            },
            family("switchboard_scenario_script_errors_total", .counter, "Sessions with script errors.", statuses) {
                Double($0.health.whole.scriptErrors)
            },
            MetricFamily(
                "switchboard_scenario_answer_seconds", .histogram, help: "Time until a call was answered.",
                samples: statuses.flatMap {
                    MetricFamily.histogram(
                        labels: labels($0), bounds: SessionCounts.answerBounds.map(Double.init),
                        counts: $0.health.whole.answers, sum: Double($0.health.whole.answerMilliseconds) / 1000)
                }),
        ]
    }

    private static func labels(_ status: RolloutStatus) -> [(name: String, value: String)] {
        [("version", "\(status.version.number)")]
    }

    private static func family(
        _ name: String, _ kind: MetricFamily.Kind, _ help: String, _ statuses: [RolloutStatus],
        _ value: (RolloutStatus) -> Double
    ) -> MetricFamily {
        MetricFamily(name, kind, help: help, samples: statuses.map { .init(labels: labels($0), value: value($0)) })
    }
}
