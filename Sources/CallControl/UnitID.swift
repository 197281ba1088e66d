/// Names anything that sends or hears sound inside a session: a leg, a player, a recorder, a conference.
///
/// A leg's unit has the text of its ``CallID``; other units are 43 characters of URL-safe base64, like outgoing legs.
public struct UnitID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The unit of a leg.
    public init(_ call: CallID) { rawValue = call.rawValue }
    /// The leg with this name, whether or not there is one.
    public var call: CallID { CallID(rawValue: rawValue) }
    public var description: String { rawValue }
}
