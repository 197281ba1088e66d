import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import RequestSigning

/// The controller's HTTP surface: signature or token first, then the work.
struct Routes: Sendable {
    let endpoints: [Endpoint]
    let gate: RequestGate
    let payments: PaymentGate
    let staff: StaffGate
    /// Of portals, as their names are parts of metrics.
    let commands: Set<String>
    let metrics: RequestMetrics
    let logger: Logger

    private static let requestID = HTTPField.Name("X-Request-Id")

    /// Whoever may `GET` may `HEAD`; a method that a path does not have is 405, an address that does not exist 404.
    func router() -> Router<BasicRequestContext> {
        let router = Router(options: .autoGenerateHeadEndpoints)
        router.add(middleware: UnknownAddress())
        for endpoint in endpoints {
            router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
                await measured(endpoint, request, context)
            }
        }
        router.answerOtherMethods(makesHead: true) { Answers.notAllowed(but: $0) }
        return router
    }

    private func measured(_ endpoint: Endpoint, _ request: Request, _ context: BasicRequestContext) async -> Response {
        let start = ContinuousClock.now
        var response = await answer(endpoint, request, context)
        let time = start.duration(to: .now)
        metrics.note(label(endpoint, context), status: response.status.code, took: time)
        logger.debug(
            "request answered",
            metadata: [
                "endpoint": "\(endpoint.name)", "status": "\(response.status.code)",
                "milliseconds": "\(time / .milliseconds(1))",
            ])
        if let name = Self.requestID, let id = RequestTrail.id { response.headers[name] = id }
        return response
    }

    private func label(_ endpoint: Endpoint, _ context: BasicRequestContext) -> String {
        let command = context.parameters.get("command") ?? ""
        let path = commands.contains(command) ? endpoint.path.replacing(":command", with: command) : endpoint.path
        return "\(endpoint.method.rawValue) /\(path)"
    }

    private func answer(_ endpoint: Endpoint, _ request: Request, _ context: BasicRequestContext) async -> Response {
        var metadata: Logger.Metadata = ["endpoint": "\(endpoint.name)"]
        do {
            switch endpoint.work {
            case .open(let work): return try await work(Visit(request, context.parameters))
            case .signed(let direction, let work):
                guard let admitted = try await gate.admit(request, direction: direction, context.parameters) else {
                    return refused(direction == .portalToController ? .portal : .scenario, metadata)
                }
                metadata["portal.id"] = "\(admitted.portal.id)"
                return try await work(admitted)
            case .payment(let work):
                guard let admitted = await payments.admit(request, context.parameters) else {
                    return refused(.paymentSystem, metadata)
                }
                metadata["payment.system"] = "\(admitted.system)"
                return try await work(admitted)
            case .staff(let role, let work):
                switch try await staff.admit(request, for: role) {
                case .stranger: return refused(.staff, metadata)
                case .anotherRole(let member):
                    metadata["staff"] = "\(member.name)"
                    return refused(.staff, metadata, Answers.error(StaffGate.refusal(of: member, for: role)))
                case .admitted(let member):
                    metadata["staff"] = "\(member.name)"
                    return try await work(Visit(request, context.parameters, member: member))
                }
            }
        } catch {
            return failed(error, metadata)
        }
    }

    private func refused(
        _ caller: RequestMetrics.Caller, _ metadata: Logger.Metadata, _ answer: Response = Answers.refused
    ) -> Response {
        metrics.noteRefusal(of: caller)
        logger.warning("request refused", metadata: metadata)
        return answer
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

/// Answers as everything else does when there is no such address.
private struct UnknownAddress: RouterMiddleware {
    func handle(
        _ request: Request, context: BasicRequestContext,
        next: (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch let error as HTTPError where error.status == .notFound {
            return Answers.error(ControllerError(.unknownCommand, "the controller has no such address"))
        }
    }
}
