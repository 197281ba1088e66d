import Hummingbird
import Logging

/// The controller's HTTP surface: signature or token first, then the work.
struct Routes: Sendable {
    let endpoints: [Endpoint]
    let gate: RequestGate
    let staff: StaffGate
    let logger: Logger

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                await answer(endpoint, request, context)
            }
        }
        return router
    }

    private func answer(_ endpoint: Endpoint, _ request: Request, _ context: BasicRequestContext) async -> Response {
        var metadata: Logger.Metadata = ["endpoint": "\(endpoint.name)"]
        do {
            switch endpoint.work {
            case .open(let work): return try await work(Visit(request, context.parameters))
            case .signed(let direction, let work):
                guard let admitted = try await gate.admit(request, direction: direction, context.parameters) else {
                    return refused(metadata)
                }
                metadata["portal.id"] = "\(admitted.portal.id)"
                return try await work(admitted)
            case .staff(let role, let work):
                guard let member = try await staff.admit(request, for: role) else { return refused(metadata) }
                metadata["staff"] = "\(member.name)"
                return try await work(Visit(request, context.parameters, member: member))
            }
        } catch {
            return failed(error, metadata)
        }
    }

    private func refused(_ metadata: Logger.Metadata) -> Response {
        logger.warning("request refused", metadata: metadata)
        return Answers.refused
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
