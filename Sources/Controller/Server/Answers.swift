import HTTPTypes
import Hummingbird
import NIOCore

/// JSON answers of all endpoints.
enum Answers {
    /// 200 with this text, to the character.
    static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    static func json(_ value: JSONValue) -> Response { text(value.encoded) }

    /// 200 with a text that is made while it is sent; a failure on the way ends the connection.
    static func export(_ export: HistoryExport) -> Response {
        Response(
            status: .ok, headers: [.contentType: export.contentType, .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await export.write { try await writer.write(ByteBuffer(string: $0)) }
                try await writer.finish(nil)
            })
    }

    /// Seconds after which a request that could not be served may come again.
    private static let retryAfter = "5"

    /// `{"result":"OK"}`
    static let done: JSONValue = ["result": "OK"]

    /// `{"error":{"code","msg"}}` with the status that fits.
    static func error(_ error: ControllerError) -> Response {
        let body: JSONValue = ["error": ["code": .text(error.code.rawValue), "msg": .text(error.message)]]
        var response = text(body.encoded, status: status(error.code))
        if let seconds = error.retryAfter {
            response.headers[.retryAfter] = String(seconds)
        } else if response.status == .serviceUnavailable {
            response.headers[.retryAfter] = retryAfter
        }
        return response
    }

    /// The same text for every refusal of a stranger: a mistake tells nothing.
    static var refused: Response { error(ControllerError(.refused, "the request was refused")) }

    /// For a method that the address does not have.
    static func notAllowed(but methods: String) -> Response {
        error(ControllerError(.wrongMethod, "the address takes \(methods)"))
    }

    private static func status(_ code: ControllerError.Code) -> HTTPResponse.Status {
        switch code {
        case .refused: .forbidden
        case .wrongRequest: .badRequest
        case .wrongMethod: .methodNotAllowed
        case .licence, .insufficientFunds, .accountBlocked: .init(code: 402, reasonPhrase: "Payment Required")
        case .unknownCommand, .callNotFound, .lineUnknown, .accountUnknown, .versionUnknown, .staffUnknown,
            .numberUnknown, .orderUnknown, .supportCodeUnknown, .grantUnknown:
            .notFound
        case .numberTaken, .priceChanged, .requestReused, .exists, .versionState, .orderExpired, .orderPaid,
            .paymentChanged, .grantState:
            .conflict
        case .settingsInvalid, .scenarioInvalid, .amountMismatch, .currencyMismatch:
            .init(code: 422, reasonPhrase: "Unprocessable Content")
        case .tooManyRequests: .tooManyRequests
        case .portalAway, .platformAway, .licenceServerAway, .busy: .serviceUnavailable
        case .platformRefused: .badGateway
        case .scenarioUnreadable, .wrongConfiguration, .internalFailure: .internalServerError
        }
    }
}
