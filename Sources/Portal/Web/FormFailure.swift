import HTTPTypes

/// Why a form was not done, to stand beside it with what was typed.
struct FormFailure {
    let message: String
    let status: HTTPResponse.Status

    /// Nil for what is no answer to a form, such as a refusal of the visitor or an inner error.
    init?(_ error: any Error) {
        switch error {
        case let error as InputError: (message, status) = (error.description, .badRequest)
        case ControllerFailure.refused(_, let reason): (message, status) = (reason, .badGateway)
        case ControllerFailure.unavailable(let reason):
            (message, status) = ("\(reason); try again in a moment", .serviceUnavailable)
        default: return nil
        }
    }
}
