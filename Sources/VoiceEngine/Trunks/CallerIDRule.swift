/// Which caller ids a trunk is shown, and where.
public struct CallerIDRule: Sendable, Hashable {
    /// Where a trunk looks for the caller.
    public enum Place: String, Sendable, Hashable, CaseIterable {
        /// From names the caller.
        case from
        /// From names the account at the trunk, P-Asserted-Identity the caller.
        case asserted
    }

    /// Numbers, or beginnings of numbers with a star behind them; none stands for every caller id.
    public var allowed: [String]
    /// Shown in place of one that is not allowed, and where there is none.
    public var standard: String?
    public var place: Place

    public init(allowed: [String] = [], standard: String? = nil, place: Place = .from) {
        self.allowed = allowed
        self.standard = standard
        self.place = place
    }

    /// The caller id that is shown for the one that a scenario asks for; empty for none.
    public func shown(_ wanted: String) -> String {
        guard !wanted.isEmpty, allowed.isEmpty || allowed.contains(where: { matches($0, wanted) }) else {
            return standard ?? ""
        }
        return wanted
    }

    private func matches(_ pattern: String, _ wanted: String) -> Bool {
        let (digits, wantedDigits) = (Self.digits(pattern), Self.digits(wanted))
        guard !digits.isEmpty, !wantedDigits.isEmpty else { return pattern == wanted || pattern == "*" }
        return pattern.hasSuffix("*") ? wantedDigits.hasPrefix(digits) : wantedDigits == digits
    }

    private static func digits(_ text: String) -> String { text.filter { $0.isASCII && $0.isNumber } }
}
