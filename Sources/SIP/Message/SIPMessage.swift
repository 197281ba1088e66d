/// A request or a response.
public enum SIPMessage: Hashable, Sendable {
    /// What is asked.
    case request(SIPRequest)
    /// What is answered.
    case response(SIPResponse)

    /// The header fields of either.
    public var headers: SIPHeaders {
        get {
            switch self {
            case .request(let request): request.headers
            case .response(let response): response.headers
            }
        }
        set {
            switch self {
            case .request(var request):
                request.headers = newValue
                self = .request(request)
            case .response(var response):
                response.headers = newValue
                self = .response(response)
            }
        }
    }

    /// The body's octets of either.
    public var body: [UInt8] {
        switch self {
        case .request(let request): request.body
        case .response(let response): response.body
        }
    }

    /// The request, when it is one.
    public var request: SIPRequest? {
        guard case .request(let request) = self else { return nil }
        return request
    }

    /// The response, when it is one.
    public var response: SIPResponse? {
        guard case .response(let response) = self else { return nil }
        return response
    }

    /// The octets to send.
    public func serialized() -> [UInt8] {
        switch self {
        case .request(let request): request.serialized()
        case .response(let response): response.serialized()
        }
    }
}
