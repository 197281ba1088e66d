/// An error as the management API reports it, in a body `{"error":{"code","msg"}}` with status 200.
public struct APIError: Error, Sendable, Equatable {
    /// The number of the cloud's error table.
    public let code: Int
    public let message: String
    /// The parameter that is wrong, where one is.
    public let field: String?

    public init(code: Int, message: String, field: String? = nil) {
        self.code = code
        self.message = message
        self.field = field
    }

    /// The body of the answer.
    public var body: JSONValue {
        .members([
            "error": .members([
                "code": .count(code), "msg": .string(message), "field_name": .optional(field),
            ])
        ])
    }

    /// The same answer whatever was wrong with the credentials.
    static let authorizationFailed = APIError(code: 100, message: "Authorization failed.")
    static let commandMissing = APIError(code: 102, message: "The method is missing: name one in the path or in cmd.")
    static let commandUnknown = APIError(code: 103, message: "The method is unknown.")
    static let forbidden = APIError(code: 104, message: "The command is forbidden for this key.")
    static let internalError = APIError(code: 2, message: "Internal error.")
    /// The ledger takes no such entry, for example because the balance would become too large.
    static let billingFailed = APIError(code: 5, message: "Billing failed.")
    static let insufficientMoney = APIError(code: 127, message: "Insufficient money.")

    static let noTrunk = APIError(code: 21, message: "No telephone number can be called; set a trunk with numbers.")

    /// A parameter that must be there and is missing or empty.
    static func required(_ field: String, _ expectation: String = "is required") -> APIError {
        APIError(code: 134, message: "Required parameter missing: \(field) \(expectation).", field: field)
    }

    /// An amount that is none, or not one that may be.
    static func amount(_ field: String, _ expectation: String) -> APIError {
        APIError(code: 125, message: "Bad amount: \(field) \(expectation).", field: field)
    }

    static func invalid(_ field: String, _ expectation: String) -> APIError {
        APIError(code: 101, message: "Invalid argument: \(field) \(expectation).", field: field)
    }
}
