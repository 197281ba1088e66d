import CallControl
import PhoneNumbers
import VoiceEngine

/// Through which trunks telephone numbers are called.
public struct DialPlan: Sendable, Hashable {
    /// In the operator's order.
    public var routes: [NumberRoute]

    public init(_ routes: [NumberRoute] = []) { self.routes = routes }

    /// Whether no number can be called at all.
    public var isEmpty: Bool { routes.isEmpty }

    /// The ways to a number, in the order in which they are tried: the longest prefix first, then the operator's order.
    ///
    /// - Parameters:
    ///   - digits: The number in international form; a shorter text of digits is one of the trunk's own short numbers.
    ///   - application: The SIP domain of the application that calls.
    func ways(to digits: String, callerID: String, application: String) -> [TrunkWay] {
        let open = routes.compactMap { route -> (NumberRoute, Int)? in
            guard route.users.contains(application), let length = route.prefixLength(of: digits) else { return nil }
            return (route, length)
        }
        // Sorting by offset as well keeps the operator's order among equals.
        let order = open.enumerated().sorted { ($1.element.1, $0.offset) < ($0.element.1, $1.offset) }
        return order.map { $0.element.0.way(to: digits, callerID: callerID) }
    }
}

/// The numbers that are called through one trunk, and how they are written there.
public struct NumberRoute: Sendable, Hashable {
    public var trunk: TrunkName
    /// Beginnings of the numbers in international form; none stands for all numbers.
    public var prefixes: [String]
    public var format: TrunkNumberFormat
    public var callerID: CallerIDRule
    /// Whose scenarios may call.
    public var users: TrunkUsers

    public init(
        trunk: TrunkName, prefixes: [String] = [], format: TrunkNumberFormat = .plainDigits,
        callerID: CallerIDRule = CallerIDRule(), users: TrunkUsers = TrunkUsers()
    ) {
        self.trunk = trunk
        self.prefixes = prefixes
        self.format = format
        self.callerID = callerID
        self.users = users
    }

    /// The length of the longest prefix that the number has; nil when the number is not for this trunk.
    func prefixLength(of digits: String) -> Int? {
        prefixes.isEmpty ? 0 : prefixes.filter { digits.hasPrefix($0) }.map(\.count).max()
    }

    func way(to digits: String, callerID wanted: String) -> TrunkWay {
        TrunkWay(trunk: trunk, callee: written(digits), callerID: caller(callerID.shown(wanted)))
    }

    private func written(_ digits: String) -> String {
        PhoneNumber(digits: digits).map(format.write) ?? format.dialPrefix + digits
    }

    /// A caller id that is a number is written as the trunk writes numbers, but nothing is dialled before it.
    private func caller(_ text: String) -> String {
        let digits = text.hasPrefix("+") ? String(text.dropFirst()) : text
        guard let number = PhoneNumber(digits: digits) else { return text }
        var format = format
        format.dialPrefix = ""
        return format.write(number)
    }
}
