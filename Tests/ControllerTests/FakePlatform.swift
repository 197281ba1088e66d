import Digests
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization

@testable import Controller

/// A voice platform in memory that speaks the management API; remembers every command, fails where it is told to.
final class FakePlatform: Sendable {
    /// How the next command of a method goes wrong.
    enum Fault: Sendable {
        /// Refused before anything happened.
        case refuse(code: Int64)
        /// Carried out, but the answer is lost.
        case loseAnswer
    }

    struct Command: Sendable {
        var method: String
        var fields: FormFields
        /// As it came: verb, path, headers.
        var head: HTTPRequest
    }

    struct State: Sendable {
        var commands: [Command] = []
        /// Those that somebody has caused: the history is gone through anyway.
        var wishes: [Command] { commands.filter { $0.fields["children_calls_only"].isEmpty } }
        var faults: [String: [Fault]] = [:]
        var accounts: [String: Int64] = [:]
        var applications: [Int64: Int64] = [:]
        var scenarios: [Int64: String] = [:]
        var rules: [Int64: Int64] = [:]
        var users: [String: String] = [:]
        /// Users that are not let in.
        var shutOut: Set<String> = []
        var numbers: [String: Int64] = [:]
        /// What a number costs each month and once.
        var price = (monthly: 10.0, installation: 2.0)
        /// Numbers that were sold, one for each sale.
        var sales: [String] = []
        /// Numbers whose last renewal was not paid.
        var frozen: Set<String> = []
        /// Numbers that their accounts do not want renewed.
        var notRenewed: Set<String> = []
        /// Until when numbers are paid.
        var nextRenewal = "2999-01-01"
        var bound: Set<String> = []
        /// Numbers whose calls are refused to every rule.
        var unbindable: Set<String> = []
        var items: [String: String] = [:]
        var sessions: [String: JSONValue] = [:]
        /// Recordings by name; a name that begins with "secure" wants the account's key or token, too.
        var records: [String: String] = [:]
        /// Sessions of the master's children, found by their time or number.
        var history: [JSONValue] = []
        /// Sessions of each account that are found by their time alone.
        var silentSessions: [Int64: [JSONValue]] = [:]
        /// Is asked before and after each command whether anything may still happen.
        var mayPass: @Sendable (String) -> Bool = { _ in true }
        /// What came for a method that was not answered then.
        var waiting: [FormFields] = []
        /// Methods that are not answered for now.
        var held: Set<String> = []
        /// Accounts that get no answer for now.
        var heldAccounts: Set<Int64> = []
        /// Bodies that came to control addresses, with their paths.
        var control: [(path: String, body: String)] = []
        var endedSessions: Set<String> = []
        /// Of every account.
        var balance: JSONValue = .real(12.5)
        /// References of the transfers to children, one for each that moved money.
        var transfers: [String] = []
        /// Rows of every account's ledger, in the order of their times.
        var ledger: [JSONValue] = []
        /// Rows of `GetPhoneNumbers` for whoever does not ask for one number.
        var rented: [JSONValue] = []
        var lastID: Int64 = 1000
        /// Commands that run now, and the most that ever did, by method.
        var atOnce: [String: Int] = [:]
        var mostAtOnce: [String: Int] = [:]
    }

    let state = Mutex(State())
    let events = Events()
    /// Of the master's service account; tokens of others are refused.
    let serviceKey: RSAPublicKey?

    init(serviceKey: RSAPublicKey? = nil) { self.serviceKey = serviceKey }

    func fail(_ method: String, _ fault: Fault) { state.withLock { $0.faults[method, default: []].append(fault) } }

    /// Lets go of a method that was held.
    func release(_ method: String) {
        state.withLock { _ = $0.held.remove(method) }
        events.announce()
    }

    /// Lets go of whatever is held.
    func releaseAll() {
        state.withLock { ($0.held, $0.heldAccounts) = ([], []) }
        events.announce()
    }

    func count(_ method: String) -> Int { state.withLock { $0.commands.filter { $0.method == method }.count } }

    func lastCommand(_ method: String) -> FormFields? {
        state.withLock { $0.commands.last { $0.method == method }?.fields }
    }

    private func enter(_ method: String) {
        state.withLock { state in
            state.atOnce[method, default: 0] += 1
            state.mostAtOnce[method] = max(state.mostAtOnce[method] ?? 0, state.atOnce[method] ?? 0)
        }
    }

    private func leave(_ method: String) { state.withLock { $0.atOnce[method, default: 0] -= 1 } }

    func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("platform_api/:method") { request, context in
            let method = context.parameters.get("method") ?? ""
            let body = try await request.body.collect(upTo: 1 << 20)
            let fields = FormFields(Array(body.readableBytesView)) ?? FormFields([])
            self.enter(method)
            defer { self.leave(method) }
            let account = Int64(fields["account_id"]) ?? 0
            let isHeld: @Sendable () -> Bool = {
                self.state.withLock { $0.held.contains(method) || $0.heldAccounts.contains(account) }
            }
            if isHeld() {
                self.state.withLock { $0.waiting.append(fields) }
                self.events.announce()
                await self.events.wait { !isHeld() }
            }
            let mayPass = self.state.withLock { $0.mayPass }
            guard mayPass("before \(method)") else { return Response(status: .badGateway) }
            let answer = self.run(Command(method: method, fields: fields, head: request.head))
            self.events.announce()
            guard let answer, mayPass("after \(method)") else { return Response(status: .badGateway) }
            return Answers.json(answer)
        }
        router.get("record/:name") { request, context in
            self.record(context.parameters.get("name") ?? "", request)
        }
        router.post("request/:session/:token") { request, context in
            let session = context.parameters.get("session") ?? ""
            let body = try await request.body.collect(upTo: 1 << 20)
            let isOver = self.state.withLock { state in
                state.control.append((request.uri.path, String(buffer: body)))
                return state.endedSessions.contains(session)
            }
            self.events.announce()
            return Response(status: isOver ? .notFound : .ok)
        }
        return router
    }

    private func record(_ name: String, _ request: Request) -> Response {
        guard let text = state.withLock({ $0.records[name] }) else { return Response(status: .notFound) }
        let query = request.uri.queryParameters
        let account = state.withLock { $0.accounts.values.map(String.init) }
        let hasKey = query["account_id"].map { id in account.contains(String(id)) && query["api_key"] == "key-\(id)" }
        let hasToken = request.headers[.authorization].map { SignedToken($0, key: serviceKey) != nil }
        guard !name.hasPrefix("secure") || hasKey == true || hasToken == true else {
            return Response(status: .forbidden)
        }
        var headers: HTTPFields = [.contentType: name.hasSuffix(".html") ? "text/html" : "audio/mpeg"]
        guard request.headers[.range] == "bytes=1-3" else {
            return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        headers[.contentRange] = "bytes 1-3/\(text.utf8.count)"
        let part = String(text.dropFirst().prefix(3))
        return Response(
            status: .partialContent, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: part)))
    }

    private func run(_ command: Command) -> JSONValue? {
        state.withLock { state in
            state.commands.append(command)
            let method = command.method
            let fault = state.faults[method]?.isEmpty == false ? state.faults[method]?.removeFirst() : nil
            if case .refuse(let code) = fault { return Self.error(code) }
            let fields: FormFields
            if let header = command.head.headerFields[.authorization] {
                guard let account = SignedToken(header, key: serviceKey)?.account else { return Self.error(100) }
                fields = FormFields([.init(name: "account_id", value: String(account))] + command.fields.fields)
            } else {
                fields = command.fields
            }
            let answer = state.run(method, fields)
            if case .loseAnswer = fault { return nil }
            return answer
        }
    }

    static func error(_ code: Int64) -> JSONValue { ["error": ["code": .integer(code), "msg": "no"]] }
}

extension FakePlatform.State {
    fileprivate mutating func run(_ method: String, _ fields: FormFields) -> JSONValue {
        let account = Int64(fields["account_id"]) ?? 0
        switch method {
        case "AddAccount", "GetChildrenAccounts", "GetAccountInfo": return runAccount(method, fields)
        case "AddApplication", "GetApplications": return runApplication(method, account)
        case "AddScenario", "SetScenarioInfo", "GetScenarios", "BindScenario", "AddRule", "GetRules":
            return runScenario(method, fields, account)
        case "AddUser":
            guard users[fields["user_name"]] == nil else { return FakePlatform.error(118) }
            users[fields["user_name"]] = fields["user_password"]
            return ["user_id": .integer(nextID())]
        case "SetUserInfo":
            users[fields["user_name"]] = fields["user_password"]
            if fields["user_active"] == "true" { shutOut.remove(fields["user_name"]) }
            if fields["user_active"] == "false" { shutOut.insert(fields["user_name"]) }
            return ["result": 1]
        case "DelUser":
            guard users.removeValue(forKey: fields["user_name"]) != nil else { return FakePlatform.error(117) }
            shutOut.remove(fields["user_name"])
            return ["result": 1]
        case "DeleteRecord":
            let name = fields["record_url"].split(separator: "/").last.map(String.init) ?? ""
            return records.removeValue(forKey: name) == nil ? FakePlatform.error(101) : ["result": 1]
        case "SetKeyValueItem":
            items[fields["key"]] = fields["value"]
            return ["result": [:]]
        case "DelKeyValueItem":
            items[fields["key"]] = nil
            return ["result": 1]
        case "GetCallHistory":
            if fields["children_calls_only"] == "true" { return childrensSessions(fields, account) }
            let key = fields["call_session_history_custom_data"]
            if key.isEmpty { return ["result": .list(silentSessions[account] ?? [])] }
            let found = sessions[key]
            return ["result": .list(found.map { [$0] } ?? []), "count": 1]
        case "GetTransactionHistory":
            let range = fields["from_date"]...fields["to_date"]
            var found = ledger.filter { range.contains($0["performed_at"]?.string ?? "") }
            if fields["desc_order"] == "true" { found.reverse() }
            let offset = Int(fields["offset"]) ?? 0
            return ["result": .list(Array(found.dropFirst(offset).prefix(Int(fields["count"]) ?? 20)))]
        case "TransferMoneyToChildAccount": return transfer(fields, account)
        default: return runNumber(method, fields, account)
        }
    }

    /// The earliest first; with their calls only when these are asked for.
    private func childrensSessions(_ fields: FormFields, _ account: Int64) -> JSONValue {
        let (from, to) = (fields["from_date"], fields["to_date"])
        guard account == 1 else { return FakePlatform.error(104) }
        guard from <= to else { return FakePlatform.error(123) }
        let wanted = Set(fields["call_session_history_id"].split(separator: ";").compactMap { Int64($0) })
        let found = history.filter { row in
            (from...to).contains(row["start_date"]?.string ?? "")
                && (wanted.isEmpty || wanted.contains(row["call_session_history_id"]?.int64 ?? 0))
        }.sorted { ($0["start_date"]?.string ?? "") < ($1["start_date"]?.string ?? "") }
        let page = found.dropFirst(Int(fields["offset"]) ?? 0).prefix(Int(fields["count"]) ?? 20)
        return ["result": .list(page.map { fields["with_calls"] == "true" ? $0 : $0.without(["calls", "records"]) })]
    }

    /// From the master, once for each reference.
    private mutating func transfer(_ fields: FormFields, _ account: Int64) -> JSONValue {
        let reference = fields["payment_reference"]
        guard account == 1, accounts.values.contains(Int64(fields["child_account_id"]) ?? 0) else {
            return FakePlatform.error(104)
        }
        guard !transfers.contains(reference), let amount = Double(fields["amount"]) else { return ["result": 1] }
        transfers.append(reference)
        switch balance {
        case .real(let money): balance = .real(money + amount)
        case .integer(let money): balance = .real(Double(money) + amount)
        default: break
        }
        ledger.append([
            "transaction_id": .integer(nextID()),
            "performed_at": .text(PlatformDate.text(Int64(Date().timeIntervalSince1970))), "amount": .real(amount),
            "transaction_type": "money_acceptance_from_parent", "payment_reference": .text(reference),
            "transaction_description": .text(fields["child_transaction_description"]),
        ])
        return ["result": 1]
    }

    private mutating func nextID() -> Int64 {
        lastID += 1
        return lastID
    }

    private mutating func runAccount(_ method: String, _ fields: FormFields) -> JSONValue {
        switch method {
        case "AddAccount":
            let name = fields["account_name"]
            guard fields["parent_account_api_key"] == World.masterKey || fields["account_id"] == "1" else {
                return FakePlatform.error(100)
            }
            guard accounts[name] == nil else { return FakePlatform.error(106) }
            let id = nextID()
            accounts[name] = id
            return ["result": 1, "account_id": .integer(id), "api_key": .text("key-\(id)"), "active": true]
        case "GetChildrenAccounts":
            let name = fields["child_account_name"]
            guard let id = accounts[name] else { return ["result": []] }
            return [
                "result": [["account_id": .integer(id), "account_name": .text(name), "api_key": .text("key-\(id)")]]
            ]
        default:
            // The masters' names and keys are asked with, too.
            let id = Int64(fields["account_id"]) ?? 1
            return [
                "result": [
                    "account_id": .integer(id), "account_name": "x", "balance": balance, "currency": "RUB",
                ]
            ]
        }
    }

    private mutating func runApplication(_ method: String, _ account: Int64) -> JSONValue {
        let name: JSONValue = .text("switchboard.\(account).example.com")
        if method == "AddApplication" {
            guard applications[account] == nil else { return FakePlatform.error(129) }
            let id = nextID()
            applications[account] = id
            return ["result": 1, "application_id": .integer(id), "application_name": name]
        }
        guard let id = applications[account] else { return ["result": []] }
        return ["result": [["application_id": .integer(id), "application_name": name]]]
    }

    private mutating func runScenario(_ method: String, _ fields: FormFields, _ account: Int64) -> JSONValue {
        switch method {
        case "AddScenario":
            guard scenarios[account] == nil else { return FakePlatform.error(133) }
            scenarios[account] = fields["scenario_script"]
            return ["result": 1, "scenario_id": .integer(account + 50_000)]
        case "SetScenarioInfo":
            guard scenarios[account] != nil else { return FakePlatform.error(132) }
            scenarios[account] = fields["scenario_script"]
            return ["result": 1]
        case "GetScenarios":
            return ["result": [["scenario_id": .integer(account + 50_000), "scenario_name": "bitrix24"]]]
        case "BindScenario":
            return rules[account] == nil ? FakePlatform.error(147) : ["result": 1]
        case "AddRule":
            guard rules[account] == nil else { return FakePlatform.error(175) }
            let id = nextID()
            rules[account] = id
            return ["result": 1, "rule_id": .integer(id)]
        default:
            return ["result": [["rule_id": rules[account].json, "rule_name": "incoming"]]]
        }
    }
}

extension JSONValue {
    fileprivate func without(_ names: Set<String>) -> JSONValue {
        guard case .object(let fields) = self else { return self }
        return .object(fields.filter { !names.contains($0.name) })
    }
}
