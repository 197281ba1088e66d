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
    private let owners: Owners

    private enum Owners {
        case listed([AccountID])
        /// All children of the parent, which may be a million, and the parent itself.
        case family(of: AccountID, withParent: Bool)
    }

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
        let own = childrenOnly ? [] : [call.account.id]
        owners =
            switch try ChildAccountMethods.wanted(call) {
            case .all?: .family(of: call.account.id, withParent: !childrenOnly)
            case .listed(let children)?: .listed(own + children)
            case nil: childrenOnly ? .family(of: call.account.id, withParent: false) : .listed(own)
            }
    }

    var order: String { isDescending ? "DESC" : "ASC" }

    /// The account itself and those of its children that the request names.
    ///
    /// - Parameter inOrder: Whether all rows of a time are gone through and each is asked for its owner, which takes an index
    ///   on the time alone; otherwise each child's rows are looked for.
    func ownerFilter(of table: String, inOrder: Bool = false) -> QueryFilter {
        switch owners {
        case .listed(let accounts):
            var filter = QueryFilter("1 = ?", .integer(1))
            filter.add("account_id", in: accounts.map { .integer($0.rawValue) })
            return filter
        case .family(let parent, let withParent):
            let isMember = withParent ? "(owner.parent_id = ? OR owner.id = ?)" : "owner.parent_id = ?"
            let condition =
                inOrder
                ? "EXISTS (SELECT 1 FROM account owner WHERE owner.id = \(table).account_id AND \(isMember))"
                : "account_id IN (SELECT owner.id FROM account owner WHERE \(isMember))"
            let arguments = Array(repeating: SQLValue.integer(parent.rawValue), count: withParent ? 2 : 1)
            var filter = QueryFilter("1 = ?", .integer(1))
            filter.add(condition, arguments: arguments)
            return filter
        }
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
