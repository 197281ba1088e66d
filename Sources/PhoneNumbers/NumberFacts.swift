import CPhoneNumber

/// What the numbering plans of the world say about a number.
public struct NumberFacts: Hashable, Sendable {
    /// What a number is for.
    public enum Kind: Int, Sendable, CaseIterable {
        case fixedLine = 0
        case mobile, fixedLineOrMobile, tollFree, premiumRate, sharedCost, voip, personal, pager, universalAccess,
            voicemail, unknown
    }

    /// Why a text is no number.
    public enum Failure: Error, Hashable, Sendable {
        /// Neither a plus nor a region that is known.
        case noCountryCode
        case notANumber
        /// Too short behind the prefix for calls abroad.
        case tooShortAfterPrefix
        case tooShort
        case tooLong
    }

    /// E.164 with its plus.
    public var number: String
    /// ISO 3166 code, `001` for numbers of no country, empty when it is not known.
    public var region: String
    /// Where the number is, in English; empty when nothing is known.
    public var location: String
    public var kind: Kind
    /// The length fits the plan.
    public var isPossible: Bool
    /// The range is assigned.
    public var isValid: Bool
    /// Valid in the region in which the number was read.
    public var isValidForRegion: Bool

    /// Reads a text as somebody in a region dials it; without one it must begin with a plus.
    ///
    /// Texts of more than ``PhoneNumberParser/longestText`` octets are no number. The first use loads the plans (about 20 ms).
    public static func of(_ text: String, in region: String?) -> Result<NumberFacts, Failure> {
        guard text.utf8.count <= PhoneNumberParser.longestText else { return .failure(.tooLong) }
        let facts = sb_phone_inspect(text, region?.uppercased() ?? "ZZ")
        switch facts.error {
        case SB_PHONE_NO_ERROR: return .success(NumberFacts(facts))
        case SB_PHONE_INVALID_COUNTRY_CODE: return .failure(.noCountryCode)
        case SB_PHONE_TOO_SHORT_AFTER_IDD: return .failure(.tooShortAfterPrefix)
        case SB_PHONE_TOO_SHORT_NSN: return .failure(.tooShort)
        case SB_PHONE_TOO_LONG_NSN: return .failure(.tooLong)
        default: return .failure(.notANumber)
        }
    }

    private init(_ facts: sb_phone_facts) {
        func text(_ value: some Any) -> String {
            withUnsafeBytes(of: value) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        }
        number = text(facts.number)
        region = text(facts.region)
        location = text(facts.location)
        kind = Kind(rawValue: Int(facts.type)) ?? .unknown
        isPossible = facts.is_possible != 0
        isValid = facts.is_valid != 0
        isValidForRegion = facts.is_valid_for_region != 0
    }
}
