/// Names one call leg inside a session; unique on the node.
///
/// Inbound legs look like `<16 hex>.<unix time>.<counter>`, outgoing legs are 43 characters of URL-safe base64.
public struct CallID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }
}

/// Numbers one scenario session; it is also the row's key in the call history.
public struct SessionID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public var description: String { String(rawValue) }
}

/// Names an account of the voice platform.
public struct AccountID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public var description: String { String(rawValue) }
}

/// Names an application of an account.
public struct ApplicationID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public var description: String { String(rawValue) }
}

/// Names a registration at somebody else's registrar.
public struct OutboundRegistrationID: RawRepresentable, Hashable, Sendable {
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// Headers that travel with a call: `X-…` and `VI-…` names with their values.
public typealias CallHeaders = [String: String]
