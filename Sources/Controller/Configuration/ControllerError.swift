import Storage

/// What the controller refuses or cannot do, in the words of the portal's protocol.
///
/// `message` holds no number, key or password; it goes to the peer and to the log.
public struct ControllerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The code that peers see.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        case refused = "REFUSED"
        case unknownCommand = "UNKNOWN_COMMAND"
        case wrongRequest = "WRONG_REQUEST"
        case wrongMethod = "WRONG_METHOD"
        case licence = "LICENCE_ERROR"
        case licenceServerAway = "LICENCE_SERVER_UNAVAILABLE"
        /// Too many ask at once; the same request succeeds later.
        case busy = "BUSY"
        /// One portal asks more than it may.
        case tooManyRequests = "TOO_MANY_REQUESTS"
        case accountUnknown = "ACCOUNT_NOT_FOUND"
        case staffUnknown = "STAFF_NOT_FOUND"
        case exists = "EXISTS"
        case wrongConfiguration = "WRONG_CONFIGURATION"
        case callNotFound = "CALL_NOT_FOUND"
        case numberTaken = "NUMBER_TAKEN"
        case numberUnknown = "NUMBER_NOT_FOUND"
        /// The platform asks for another price than the portal agreed to.
        case priceChanged = "PRICE_CHANGED"
        case insufficientFunds = "INSUFFICIENT_FUNDS"
        /// The money is out.
        case accountBlocked = "ACCOUNT_BLOCKED"
        /// A request's identifier stands for another request.
        case requestReused = "REQUEST_REUSED"
        case orderUnknown = "ORDER_NOT_FOUND"
        case orderExpired = "ORDER_EXPIRED"
        /// Another payment has paid the order.
        case orderPaid = "ORDER_PAID"
        case amountMismatch = "AMOUNT_MISMATCH"
        case currencyMismatch = "CURRENCY_MISMATCH"
        /// A payment comes again with other contents.
        case paymentChanged = "PAYMENT_CHANGED"
        /// No portal has this code now.
        case supportCodeUnknown = "SUPPORT_CODE_UNKNOWN"
        /// No grant of a portal allows it.
        case grantUnknown = "GRANT_NOT_FOUND"
        /// The grant is refused, ended or over.
        case grantState = "GRANT_STATE"
        case settingsInvalid = "SETTINGS_INVALID"
        case lineUnknown = "LINE_UNKNOWN"
        case portalAway = "PORTAL_UNAVAILABLE"
        case platformAway = "PLATFORM_UNAVAILABLE"
        case platformRefused = "PLATFORM_REFUSED"
        case scenarioInvalid = "SCENARIO_INVALID"
        case versionUnknown = "VERSION_UNKNOWN"
        case versionState = "VERSION_STATE"
        case scenarioUnreadable = "SCENARIO_UNREADABLE"
        case internalFailure = "INTERNAL_ERROR"
    }

    public let code: Code
    public let message: String
    /// Seconds after which the same request may succeed, where that is known.
    public let retryAfter: Int64?

    public init(_ code: Code, _ message: String, retryAfter: Int64? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    public var description: String { "controller: \(code.rawValue): \(message)" }

    /// The error as a peer may know it; what is not meant for peers becomes an internal failure without detail.
    static func external(_ error: any Error) -> ControllerError {
        switch error {
        case let error as ControllerError: return error
        case let error as ManagementError where error.isPassing:
            return ControllerError(.platformAway, "the voice platform does not answer \(error.method); try again")
        case let error as ManagementError:
            return ControllerError(.platformRefused, "the voice platform did not carry out \(error.method)")
        case let error as StorageError where error.isPassing:
            return ControllerError(.busy, "the controller's database is away or busy; ask again in some seconds")
        case let error as StorageError where error.code == .valueRefused:
            return ControllerError(.wrongRequest, "no text may hold the character 0")
        default:
            return ControllerError(.internalFailure, "the controller failed; its log says why")
        }
    }
}
