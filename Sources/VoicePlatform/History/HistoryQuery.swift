import CallControl
import Storage

/// The parameters that all history methods share: dates, zone, paging, whose history.
struct HistoryQuery {
    let from: UnixTime
    let until: UnixTime
    let zone: DateText
    let zoneName: String
    let page: Page
    let isDescending: Bool
    let withTotal: Bool
    private let owners: [AccountID]

    /// - Throws: ``APIError`` 123 for a range that ends before it begins, 101 for anything else.
    init(_ call: MethodCall, childrenOnlyField: String) throws {
        let parameters = call.parameters
        let name = try parameters.optionalText("timezone", maximumLength: 64) ?? "Etc/GMT"
        zoneName = name == "auto" ? call.account.profile.location ?? "Etc/GMT" : name
        guard let zone = DateText(zoneName: zoneName) else {
            throw APIError.invalid("timezone", "is no name of the time zone database")
        }
        self.zone = zone
        guard let from = try Self.optionalInstant(parameters, "from_date", zone: zone) else {
            throw APIError.required("from_date")
        }
        guard let until = try Self.optionalInstant(parameters, "to_date", zone: zone) else {
            throw APIError.required("to_date")
        }
        guard from <= until else {
            throw APIError(code: 123, message: "The date range is bad: it ends before it begins.", field: "to_date")
        }
        (self.from, self.until) = (from, until)
        page = try parameters.page(maximumCount: 1000, maximumOffset: 10_000)
        isDescending = try parameters.flag("desc_order")
        withTotal = try parameters.flag("with_total_count", default: true)
        let childrenOnly = try parameters.flag(childrenOnlyField)
        var children = try ChildAccountMethods.selected(call)
        if childrenOnly, children == nil { children = try ChildAccountMethods.everyChild(call) }
        owners = (childrenOnly ? [] : [call.account.id]) + (children ?? [])
    }

    var order: String { isDescending ? "DESC" : "ASC" }

    /// The account itself and those of its children that the request names.
    func ownerFilter(column: String) -> QueryFilter {
        var filter = QueryFilter("1 = ?", .integer(1))
        filter.add(column, in: owners.map { .integer($0.rawValue) })
        return filter
    }

    func answer(
        _ items: [JSONValue], filter: QueryFilter, table: String, _ call: MethodCall
    ) throws -> JSONValue {
        .members([
            "result": .array(items), "count": .count(items.count),
            "total_count": withTotal ? .integer(try filter.total(in: call.transaction, from: table)) : nil,
            "timezone": .string(zoneName),
        ])
    }

    static func optionalInstant(
        _ parameters: MethodParameters, _ name: String, zone: DateText
    ) throws(APIError) -> UnixTime? {
        guard let text = try parameters.optionalText(name, maximumLength: 32) else { return nil }
        guard let instant = zone.instant(text) else {
            throw .invalid(name, "is not YYYY-MM-DD HH:mm:ss or YYYY-MM-DD")
        }
        return instant
    }
}
