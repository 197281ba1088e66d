import CallControl
import Storage

/// AddSipWhiteListItem, SetSipWhiteListItem, DelSipWhiteListItem, GetSipWhiteList: networks whose SIP calls to the account's
/// applications need no password.
enum WhiteListMethods {
    static let all: [APIMethod] = [
        .write("AddSipWhiteListItem", for: .developers, add),
        .write("SetSipWhiteListItem", for: .developers, set),
        .write("DelSipWhiteListItem", for: .developers) { call in
            let id = try item(call)
            try call.transaction.execute(
                "DELETE FROM sip_white_list WHERE account_id = ? AND id = ?", [call.owner, .integer(id)])
            return .done(effects: [.directoryChanged(call.account.id)])
        },
        .read("GetSipWhiteList", for: .developers, getList),
    ]

    private static func add(_ call: MethodCall) throws -> MethodResult {
        let network = try network(call)
        let count = try QueryFilter("account_id = ?", call.owner).total(in: call.transaction, from: "sip_white_list")
        guard count < call.configuration.limits.whiteListItems else {
            throw APIError.invalid("sip_whitelist_network", "is one too many; delete another first")
        }
        let row = try refusingDuplicate(["sip_white_list.network": duplicate]) {
            try call.transaction.queryOne(
                "INSERT INTO sip_white_list (account_id, network, description) VALUES (?, ?, ?) RETURNING id",
                [call.owner, .text(network), .optional(try description(call))])
        }
        return .done(
            ["sip_whitelist_id": .optional(try row?.integer("id"))], effects: [.directoryChanged(call.account.id)])
    }

    private static let duplicate = APIError.invalid("sip_whitelist_network", "is in the list already")

    private static func set(_ call: MethodCall) throws -> MethodResult {
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id = ?", .integer(try item(call)))
        var change = RowChange()
        change.set("network", .text(try network(call)))
        change.set("description", clearable: try call.parameters.present("description", maximumLength: 255))
        try refusingDuplicate(["sip_white_list.network": duplicate]) {
            _ = try change.apply(to: "sip_white_list", where: filter, in: call.transaction)
        }
        return .done(effects: [.directoryChanged(call.account.id)])
    }

    private static func description(_ call: MethodCall) throws -> String? {
        try call.parameters.optionalText("description", maximumLength: 255)
    }

    /// `A.B.C.D/L`, or one address.
    private static func network(_ call: MethodCall) throws -> String {
        let text = try call.parameters.text("sip_whitelist_network", maximumLength: 64)
        guard let network = IPv4Network(text) else {
            throw APIError.invalid("sip_whitelist_network", "is no network like 192.0.2.0/24, of at least /8")
        }
        return network.text
    }

    private static func item(_ call: MethodCall) throws -> Int64 {
        let id = try call.parameters.integer("sip_whitelist_id")
        let row = try call.transaction.queryOne(
            "SELECT id FROM sip_white_list WHERE account_id = ? AND id = ?", [call.owner, .integer(id)])
        guard row != nil else { throw APIError.invalid("sip_whitelist_id", "names no item") }
        return id
    }

    private static func getList(_ call: MethodCall) throws -> JSONValue {
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id", in: try call.parameters.optionalIDs("sip_whitelist_id")?.map { .integer($0) })
        let found = try filter.rows(
            of: call.transaction, select: "*", from: "sip_white_list", order: "id", page: try call.parameters.page())
        let items = try found.rows.map { row in
            JSONValue.members([
                "sip_whitelist_id": .integer(try row.integer("id")),
                "sip_whitelist_network": .string(try row.text("network")),
                "description": .optional(try row.optionalText("description")),
            ])
        }
        return .list(items, total: found.total)
    }
}

/// An IPv4 network in the form `A.B.C.D/L`.
struct IPv4Network: Sendable, Hashable {
    let address: UInt32
    let length: Int

    /// Nil for anything else, for a network with bits behind its prefix, and for one that is larger than /8.
    init?(_ text: String) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard (1...2).contains(halves.count) else { return nil }
        let numbers = halves[0].split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard numbers.count == 4, numbers.allSatisfy({ $0 != nil }) else { return nil }
        let length = halves.count == 2 ? Int(halves[1]) ?? -1 : 32
        guard (8...32).contains(length) else { return nil }
        address = numbers.reduce(UInt32(0)) { $0 << 8 | UInt32($1 ?? 0) }
        self.length = length
        guard length == 32 || address << UInt32(length) == 0 else { return nil }
    }

    var text: String {
        let parts = [24, 16, 8, 0].map { String(address >> UInt32($0) & 0xFF) }
        return "\(parts.joined(separator: "."))/\(length)"
    }
}
