import Hummingbird
import Logging
import RequestSigning

/// The controller's HTTP surface: signature or token first, then the command.
struct Routes: Sendable {
    let gate: RequestGate
    let scenario: ScenarioEndpoint
    let portal: PortalEndpoint
    let admin: AdminEndpoint
    let rollout: RolloutEndpoint
    let metrics: MetricsEndpoint
    let portals: PortalAdministration
    let logger: Logger

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("scenario") { request, _ in
            await signed(request, .scenarioToController, "scenario") { admitted in
                Answers.text(try await scenario.answer(admitted.body, admitted.portal))
            }
        }
        router.post("portal/:command") { request, context in
            let command = context.parameters.get("command") ?? ""
            return await signed(request, .portalToController, "portal") { admitted in
                guard command != "ExportCalls" else {
                    return Answers.export(try await portal.desk.export(admitted.body, admitted.portal))
                }
                return Answers.json(try await portal.answer(command, admitted.body, admitted.portal))
            }
        }
        router.get("admin/calls") { request, _ in
            await operated(request) {
                try await admin.list(limit: request.uri.queryParameters["limit"].flatMap { Int($0) })
            }
        }
        router.get("admin/calls/:call") { request, context in
            await operated(request) { try await admin.show(context.parameters.get("call") ?? "") }
        }
        router.get("admin/balance/:portal") { request, context in
            await operated(request) { try await admin.balance(context.parameters.get("portal") ?? "") }
        }
        router.get("admin/route/explain") { request, _ in
            await operated(request) { try await admin.explain(Self.query(request)) }
        }
        router.get("admin/totals") { request, _ in
            await operated(request) { try await admin.total(Self.query(request)) }
        }
        router.get("recordings/:token") { request, context in
            do {
                return try await portal.recordings.answer(
                    context.parameters.get("token") ?? "", range: request.headers[.range])
            } catch {
                return failed(error, ["endpoint": "recordings"])
            }
        }
        router.get("\(SettingsSchema.path)") { _, _ in Answers.json(SettingsSchema.document) }
        portals.add(to: router, operated)
        router.get("metrics") { request, _ in
            await operated(request, answering: { try await metrics.answer() })
        }
        addRollout(to: router)
        return router
    }

    private func addRollout(to router: Router<BasicRequestContext>) {
        router.get("admin/scenario/versions") { request, _ in
            await operated(request) { try await rollout.list() }
        }
        router.get("admin/scenario/versions/:number") { request, context in
            await operated(request) { try await rollout.show(context.parameters.get("number") ?? "") }
        }
        router.post("admin/scenario/versions") { request, _ in
            await operated(request) { try await rollout.publish(try await Self.body(request)) }
        }
        router.post("admin/scenario/versions/:number/rollout") { request, context in
            await operated(request) {
                try await rollout.rollout(
                    context.parameters.get("number") ?? "", try await Self.body(request))
            }
        }
    }

    /// - Throws: `ControllerError` for a body that is too long or does not arrive.
    private static func body(_ request: Request) async throws -> [UInt8] {
        guard let body = try? await request.body.collect(upTo: RequestGate.longestBody) else {
            throw ControllerError(
                .wrongRequest, "the body must arrive whole, with at most \(RequestGate.longestBody) bytes")
        }
        return Array(body.readableBytesView)
    }

    /// The query's fields; of one that comes twice the first counts.
    private static func query(_ request: Request) -> [String: String] {
        Dictionary(
            request.uri.queryParameters.map { (String($0.key), String($0.value)) },
            uniquingKeysWith: { first, _ in first })
    }

    private func signed(
        _ request: Request, _ direction: RequestKey.Direction, _ endpoint: String,
        _ work: (RequestGate.Admitted) async throws -> Response
    ) async -> Response {
        var metadata: Logger.Metadata = ["endpoint": "\(endpoint)"]
        do {
            guard let admitted = try await gate.admit(request, direction: direction) else {
                logger.warning("request refused", metadata: metadata)
                return Answers.refused
            }
            metadata["portal.id"] = "\(admitted.portal.id)"
            return try await work(admitted)
        } catch {
            return failed(error, metadata)
        }
    }

    private func operated(_ request: Request, _ work: () async throws -> JSONValue) async -> Response {
        await operated(request, answering: { Answers.json(try await work()) })
    }

    private func operated(_ request: Request, answering work: () async throws -> Response) async -> Response {
        guard admin.isOperator(request) else {
            logger.warning("request refused", metadata: ["endpoint": "admin"])
            return Answers.refused
        }
        do {
            return try await work()
        } catch {
            return failed(error, ["endpoint": "admin"])
        }
    }

    private func failed(_ error: any Error, _ metadata: Logger.Metadata) -> Response {
        let external = ControllerError.external(error)
        var metadata = metadata
        metadata["error"] = "\(error)"
        logger.log(
            level: external.code == .internalFailure ? .error : .notice, "request failed", metadata: metadata)
        return Answers.error(external)
    }
}
