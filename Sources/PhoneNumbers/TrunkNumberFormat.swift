/// How one trunk or office PBX wants numbers written, and writes them itself.
///
/// Providers disagree: one takes 7495…, one needs the plus, one wants no country code; operators of Kazakhstan want 8495…
/// for 7495… and 810 before the numbers of other countries.
public struct TrunkNumberFormat: Hashable, Sendable {
    /// How a number is written behind the dial prefix.
    public enum Notation: Hashable, Sendable {
        /// The prefix, then country code and subscriber number: `""`, `"+"`, `"00"`, `"810"`.
        case international(prefix: String)
        /// The prefix, then the number without its country code: `"8"`, `"0"`, `""`.
        case national(prefix: String)
    }

    /// Numbers with this code are written as `home`, all others as `abroad`; nil writes all as `abroad`.
    public var homeCountry: CountryCode?
    public var home: Notation
    public var abroad: Notation
    /// Dialled before everything, such as the 9 that takes an outside line at a PBX.
    public var dialPrefix: String

    public init(
        homeCountry: CountryCode? = nil, home: Notation = .international(prefix: ""),
        abroad: Notation = .international(prefix: ""), dialPrefix: String = ""
    ) {
        self.homeCountry = homeCountry
        self.home = home
        self.abroad = abroad
        self.dialPrefix = dialPrefix
    }

    /// 74954451120
    public static let plainDigits = TrunkNumberFormat()
    /// +74954451120
    public static let leadingPlus = TrunkNumberFormat(abroad: .international(prefix: "+"))
    /// Kazakhstan: 84954451120 for Russia and Kazakhstan, 810 before all other country codes.
    public static let kazakhstan = TrunkNumberFormat(
        homeCountry: .russiaAndKazakhstan, home: .national(prefix: "8"), abroad: .international(prefix: "810"))

    /// The home country's numbers without their code, behind the national prefix; others behind `internationalPrefix`.
    public static func national(
        _ country: CountryCode, prefix: String = "", internationalPrefix: String = "00"
    ) -> TrunkNumberFormat {
        TrunkNumberFormat(
            homeCountry: country, home: .national(prefix: prefix),
            abroad: .international(prefix: internationalPrefix))
    }

    /// The number as this trunk wants it dialled.
    public func write(_ number: PhoneNumber) -> String {
        let isHome = homeCountry.map { number.digits.hasPrefix($0.rawValue) } ?? false
        switch isHome ? home : abroad {
        case .international(let prefix):
            return dialPrefix + prefix + number.digits
        case .national(let prefix):
            let subscriber = isHome ? number.digits.dropFirst(homeCountry?.rawValue.count ?? 0) : number.digits[...]
            return dialPrefix + prefix + subscriber
        }
    }

    /// Reads what this trunk wrote: the inverse of `write`; nil when the text does not have this format.
    ///
    /// Where both notations fit, the one with the longer prefix wins, then the home country.
    public func read(_ text: String) -> PhoneNumber? {
        guard text.hasPrefix(dialPrefix) else { return nil }
        let body = text.dropFirst(dialPrefix.count)
        var readings = [(prefix: abroad.prefix, country: "")]
        if let homeCountry {
            let country = if case .national = home { homeCountry.rawValue } else { "" }
            readings.insert((home.prefix, country), at: 0)
            if abroad.prefix.count > home.prefix.count { readings.reverse() }
        }
        for reading in readings where body.hasPrefix(reading.prefix) {
            let number = PhoneNumber(digits: reading.country + body.dropFirst(reading.prefix.count))
            if let number { return number }
        }
        return nil
    }
}

extension TrunkNumberFormat.Notation {
    fileprivate var prefix: String {
        switch self {
        case .international(let prefix), .national(let prefix): prefix
        }
    }
}
