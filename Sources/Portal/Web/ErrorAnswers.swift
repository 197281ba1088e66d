import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Storage

/// Turns errors into answers: `{"error":{"code":…,"msg":…}}`. Inner errors are logged, their texts stay inside.
struct ErrorAnswers: RouterMiddleware {
    typealias Context = BasicRequestContext
    let logger: Logger

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            let (status, code, message) = answer(to: error)
            return try Self.text(status, code, message)
        }
    }

    /// As if the refusal had been thrown.
    static func refusal(_ refusal: PortalRefusal) throws -> Response {
        try text(refusal.code.status, refusal.code.rawValue, refusal.message)
    }

    private static func text(_ status: HTTPResponse.Status, _ code: String, _ message: String) throws -> Response {
        try Exchange.answer(["error": ["code": .text(code), "msg": .text(message)]], status: status)
    }

    private func answer(to error: any Error) -> (HTTPResponse.Status, code: String, message: String) {
        switch error {
        case let refusal as PortalRefusal: (refusal.code.status, refusal.code.rawValue, refusal.message)
        case let error as InputError: (.badRequest, PortalRefusal.Code.wrongInput.rawValue, error.description)
        case let error as StorageError where error.code == .uniqueViolation:
            (.conflict, "IN_USE", "the value is taken: \(error.constraint ?? "choose another")")
        case let error as StorageError where error.code == .foreignKeyViolation:
            (.conflict, "IN_USE", "something that is referred to does not exist, or this is still referred to")
        case ControllerFailure.refused(let code, let message):
            (.badGateway, "CONTROLLER_REFUSED", "the controller refused (\(code)): \(message)")
        case ControllerFailure.unavailable(let reason):
            (.serviceUnavailable, "CONTROLLER_AWAY", "\(reason); try again in a moment")
        case is NIOTooManyBytesError:
            (.contentTooLarge, "TOO_LONG", "the body is longer than \(Exchange.longestBody) bytes")
        case let error as any HTTPResponseError:
            (error.status, error.status == .notFound ? "NOT_FOUND" : "REFUSED", error.status.reasonPhrase)
        default: inner(error)
        }
    }

    private func inner(_ error: any Error) -> (HTTPResponse.Status, code: String, message: String) {
        logger.error("A request failed inside the portal", metadata: ["error": "\(error)"])
        return (.internalServerError, "INTERNAL", "the portal failed; its log says why")
    }
}

extension PortalRefusal.Code {
    var status: HTTPResponse.Status {
        switch self {
        case .refused, .notAllowed: .forbidden
        case .wrongLogin, .noSession: .unauthorized
        case .tooManyAttempts: .tooManyRequests
        case .notFound, .callNotFound: .notFound
        case .wrongMethod: .methodNotAllowed
        case .wrongInput: .badRequest
        case .inUse: .conflict
        case .tooLong: .contentTooLarge
        case .controllerRefused: .badGateway
        case .controllerAway: .serviceUnavailable
        }
    }
}
