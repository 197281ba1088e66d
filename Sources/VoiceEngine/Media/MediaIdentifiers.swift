/// Names one leg of the media graph; unique for the life of its ``MediaLoop``.
public struct LegID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public var description: String { "leg \(rawValue)" }
}

/// Names one playback, so that an event of a replaced playback is not taken for the current one.
public struct PlaybackID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public var description: String { "playback \(rawValue)" }
}

/// Names one recording of a leg.
public struct RecordingID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public var description: String { "recording \(rawValue)" }
}

/// Names a player, recorder or conference of the media graph; unique for the life of its ``MediaLoop``, also among legs.
public struct MediaUnitID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public var description: String { "unit \(rawValue)" }
}

/// Anything that sound comes from or goes to.
public enum MediaNode: Hashable, Sendable {
    case leg(LegID)
    case unit(MediaUnitID)
}
