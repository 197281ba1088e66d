import PhoneNumbers

/// Names an employee of one portal.
public struct EmployeeID: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: Int64
    public init(rawValue: Int64) { self.rawValue = rawValue }
    public var description: String { String(rawValue) }
    public static func < (left: EmployeeID, right: EmployeeID) -> Bool { left.rawValue < right.rawValue }
}

/// What routing must know of an employee at the moment of the call.
public struct Employee: Hashable, Sendable {
    public var id: EmployeeID
    public var name: String
    /// The internal number, as digits; leading zeros count.
    public var `extension`: String?
    /// Whether a desk phone (`phone<ID>`) is registered for him.
    public var havePhone: Bool
    /// Whether a browser of his has the portal open.
    public var online: Bool
    /// Whether his working day is open; asked only where the line demands it.
    public var workdayOpen: Bool
    /// His own phone outside, for the rule `pstn`: mobile before home before office.
    public var ownPhone: PhoneNumber?
    /// When a call was last offered to him, in milliseconds since 1970; nil means never.
    public var lastOffered: Int64?

    public init(
        id: EmployeeID, name: String, extension: String? = nil, havePhone: Bool, online: Bool,
        workdayOpen: Bool = true, ownPhone: PhoneNumber? = nil, lastOffered: Int64? = nil
    ) {
        self.id = id
        self.name = name
        self.extension = `extension`
        self.havePhone = havePhone
        self.online = online
        self.workdayOpen = workdayOpen
        self.ownPhone = ownPhone
        self.lastOffered = lastOffered
    }
}
