/// A step of the search for a number: from the country down to the numbers themselves.
struct NumberSale {
    enum Step: String {
        case countries = "GetNumberCountries"
        case states = "GetNumberStates"
        case regions = "GetNumberRegions"
        case offers = "FindNumbers"
    }

    /// What the query of the page may name, with what the controller calls it.
    private static let filters = [
        ("country", "COUNTRY"), ("category", "CATEGORY"), ("state", "STATE"), ("region", "REGION_ID"),
    ]
    private static let offers: Int64 = 20

    let step: Step
    /// As in the query, in its order.
    let place: [(String, String)]
    /// The controller's answer.
    var found = AnswerRow(nil)

    init(_ query: [String: String]) {
        place = Self.filters.compactMap { name, _ in query[name].map { (name, $0) } }
        func has(_ name: String) -> Bool { query[name] != nil }
        step =
            if !has("country") || !has("category") {
                .countries
            } else if has("region") {
                .offers
            } else if has("states"), !has("state") {
                .states
            } else {
                .regions
            }
    }

    /// What the controller is asked.
    var question: JSONValue {
        guard step != .countries else { return [:] }
        var body: [String: JSONValue] = step == .offers ? ["LIMIT": .integer(Self.offers)] : [:]
        for (name, field) in Self.filters {
            if let value = place.first(where: { $0.0 == name })?.1 { body[field] = .text(value) }
        }
        return .object(body)
    }
}
