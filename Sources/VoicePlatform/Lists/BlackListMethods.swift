import CallControl
import Storage

/// AddPstnBlackListItem, SetPstnBlackListItem, DelPstnBlackListItem, GetPstnBlackList: callers of the telephone network
/// who reach none of the account's numbers.
enum BlackListMethods {
    static let all: [APIMethod] = [
        .write("AddPstnBlackListItem", for: .developers, add),
        .write("SetPstnBlackListItem", for: .developers, set),
        .write("DelPstnBlackListItem", for: .developers) { call in
            let id = try item(call)
            try call.transaction.execute(
                "DELETE FROM pstn_black_list WHERE account_id = ? AND id = ?", [call.owner, .integer(id)])
            return .done(effects: [.directoryChanged(call.account.id)])
        },
        .read("GetPstnBlackList", for: .developers, getList),
    ]

    private static func add(_ call: MethodCall) throws -> MethodResult {
        let phone = try phone(call)
        let count = try QueryFilter("account_id = ?", call.owner).total(in: call.transaction, from: "pstn_black_list")
        guard count < call.configuration.limits.blackListItems else {
            throw APIError(code: 373, message: "The PSTN black list is full.")
        }
        let row = try refusingDuplicate(["pstn_black_list.phone": phoneInvalid]) {
            try call.transaction.queryOne(
                "INSERT INTO pstn_black_list (account_id, phone) VALUES (?, ?) RETURNING id",
                [call.owner, .text(phone)])
        }
        return .done(
            ["pstn_blacklist_id": .optional(try row?.integer("id"))], effects: [.directoryChanged(call.account.id)])
    }

    private static func set(_ call: MethodCall) throws -> MethodResult {
        let id = try item(call)
        let phone = try phone(call)
        try refusingDuplicate(["pstn_black_list.phone": phoneInvalid]) {
            _ = try call.transaction.execute(
                "UPDATE pstn_black_list SET phone = ? WHERE account_id = ? AND id = ?",
                [.text(phone), call.owner, .integer(id)])
        }
        return .done(effects: [.directoryChanged(call.account.id)])
    }

    private static let phoneInvalid = APIError(
        code: 425, message: "The pstn_blacklist_phone is invalid.", field: "pstn_blacklist_phone")

    /// A number, or an expression that all of a caller's number must match.
    private static func phone(_ call: MethodCall) throws -> String {
        let text = try call.parameters.text("pstn_blacklist_phone")
        guard text.utf8.count < 100, CallerPattern(text) != nil else { throw phoneInvalid }
        return text
    }

    private static func item(_ call: MethodCall) throws -> Int64 {
        let id = try call.parameters.integer("pstn_blacklist_id")
        let row = try call.transaction.queryOne(
            "SELECT id FROM pstn_black_list WHERE account_id = ? AND id = ?", [call.owner, .integer(id)])
        guard row != nil else {
            throw APIError(code: 400, message: "The pstn_blacklist_id is invalid.", field: "pstn_blacklist_id")
        }
        return id
    }

    private static func getList(_ call: MethodCall) throws -> JSONValue {
        let parameters = call.parameters
        var filter = QueryFilter("account_id = ?", call.owner)
        filter.add("id", in: try parameters.optionalIDs("pstn_blacklist_id")?.map { .integer($0) })
        filter.add("phone", containing: try parameters.optionalText("pstn_blacklist_phone", maximumLength: 99))
        let found = try filter.rows(
            of: call.transaction, select: "*", from: "pstn_black_list", order: "id", page: try parameters.page())
        let items = try found.rows.map { row in
            JSONValue.members([
                "pstn_blacklist_id": .integer(try row.integer("id")),
                "pstn_blacklist_phone": .string(try row.text("phone")),
            ])
        }
        return .list(items, total: found.total)
    }
}
