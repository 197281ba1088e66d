import HTTPServing
import Hummingbird
import Storage

/// `GET /health`: the process answers. `GET /ready`: it can do its work, so that requests may be sent to it.
struct HealthEndpoint: Sendable {
    let database: Database
    let pulse: PlatformPulse
    let ending: EndingMark

    var endpoints: [Endpoint] {
        [
            Endpoint(.get, "health", .open { _ in Answers.json(["status": "ok"]) }),
            Endpoint(.get, "ready", .open { _ in await report().response }),
        ]
    }

    func report() async -> ReadinessReport {
        async let platform = pulse.beats()
        let isMigrated = try? await database.hasRun(Schema.migrations)
        return ReadinessReport([
            .init("database", isMigrated != nil), .init("schema", isMigrated ?? false),
            .init("platform", await platform), .init("running", !ending.isEnding),
        ])
    }
}
