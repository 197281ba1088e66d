import CPhoneNumber

/// A country or territory by its ISO 3166 code; says how a number without a country code is to be read.
public struct Region: Hashable, Sendable, CustomStringConvertible {
    public static let russia = Region(unchecked: "RU")
    public static let kazakhstan = Region(unchecked: "KZ")
    public static let belarus = Region(unchecked: "BY")
    public static let ukraine = Region(unchecked: "UA")
    public static let germany = Region(unchecked: "DE")
    public static let unitedStates = Region(unchecked: "US")
    public static let unitedKingdom = Region(unchecked: "GB")

    /// Two capital letters.
    public let code: String

    /// Takes the code in either case; nil when no numbering plan is known for it.
    public init?(code: String) {
        let code = code.uppercased()
        guard code.utf8.count == 2, sb_phone_country_code(code) != 0 else { return nil }
        self.code = code
    }

    private init(unchecked code: String) { self.code = code }

    /// The calling code, such as 7 for Russia and Kazakhstan.
    public var countryCode: CountryCode { CountryCode(rawValue: String(sb_phone_country_code(code))) }
    public var description: String { code }
}

extension PhoneNumber {
    /// The country or territory of the number; nil for numbers that belong to none, or to a plan too new to be known.
    public var region: Region? {
        let reading = sb_phone_read("+" + digits, "ZZ")
        let code = withUnsafeBytes(of: reading.region) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        return Region(code: code)
    }
}

/// A country's calling code in digits; no code is the beginning of another (E.164), so a prefix test is exact.
public struct CountryCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public static let russiaAndKazakhstan = CountryCode(rawValue: "7")

    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public var description: String { rawValue }
}
