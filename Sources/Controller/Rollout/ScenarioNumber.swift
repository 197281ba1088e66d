/// Numbers a version of the call scenario; later versions have higher numbers.
struct ScenarioNumber: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
    let rawValue: Int64
    init(rawValue: Int64) { self.rawValue = rawValue }
    var description: String { String(rawValue) }
    static func < (left: ScenarioNumber, right: ScenarioNumber) -> Bool { left.rawValue < right.rawValue }
}
