import PhoneNumbers
import WorkerProtocol

/// What `PhoneNumber.getInfo` answers, in the words of libphonenumber.
enum NumberDescription {
    /// Loads the numbering plans, so that the copies of this process share them.
    static func prepare() { _ = NumberFacts.of("+12015550123", in: nil) }

    /// JSON of everything that is known of a number; `country` is an ISO 3166 code, or empty.
    static func json(of text: String, country: String) -> String {
        let fields: [String: ScenarioValue] =
            switch NumberFacts.of(text, in: country.isEmpty ? nil : country) {
            case .success(let facts): fields(of: facts)
            case .failure(let failure): fields(of: text, failure)
            }
        return String(decoding: ScenarioValue.map(fields).json, as: UTF8.self)
    }

    private static func fields(of facts: NumberFacts) -> [String: ScenarioValue] {
        [
            "number": .string(facts.number), "region": .string(facts.region), "location": .string(facts.location),
            "numberType": .string(name(of: facts.kind)), "isPossibleNumber": .bool(facts.isPossible),
            "isValidNumber": .bool(facts.isValid), "isValidNumberForRegion": .bool(facts.isValidForRegion),
        ]
    }

    private static func fields(of text: String, _ failure: NumberFacts.Failure) -> [String: ScenarioValue] {
        [
            "number": .string(text), "region": .string(""), "location": .string(""),
            "numberType": .string(name(of: .unknown)), "isPossibleNumber": .bool(false), "isValidNumber": .bool(false),
            "isValidNumberForRegion": .bool(false), "error": .string(name(of: failure)),
        ]
    }

    private static func name(of failure: NumberFacts.Failure) -> String {
        switch failure {
        case .noCountryCode: "INVALID_COUNTRY_CODE"
        case .notANumber: "NOT_A_NUMBER"
        case .tooShortAfterPrefix: "TOO_SHORT_AFTER_IDD"
        case .tooShort: "TOO_SHORT_NSN"
        case .tooLong: "TOO_LONG_NSN"
        }
    }

    private static func name(of kind: NumberFacts.Kind) -> String {
        switch kind {
        case .fixedLine: "FIXED_LINE"
        case .mobile: "MOBILE"
        case .fixedLineOrMobile: "FIXED_LINE_OR_MOBILE"
        case .tollFree: "TOLL_FREE"
        case .premiumRate: "PREMIUM_RATE"
        case .sharedCost: "SHARED_COST"
        case .voip: "VOIP"
        case .personal: "PERSONAL_NUMBER"
        case .pager: "PAGER"
        case .universalAccess: "UAN"
        case .voicemail: "VOICEMAIL"
        case .unknown: "UNKNOWN"
        }
    }
}
