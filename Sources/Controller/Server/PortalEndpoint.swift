import Billing
import Foundation
import HTTPTypes
import RequestSigning

/// `POST /portal/<Command>`: what portals ask for.
struct PortalEndpoint: Sendable {
    let provisioner: Provisioner
    let settings: LineSettingsCache
    let relay: CommandRelay
    let history: HistoryStore
    let desk: HistoryDesk
    let calls: CallDesk
    let recordings: RecordingEndpoint
    let balances: BalanceDesk
    let watch: BalanceWatch
    let numbers: NumberDesk
    let payments: PaymentDesk
    let statement: StatementDesk
    let support: SupportDesk
    let warnings: WarningDesk
    let sipServer: String

    /// All that portals may ask for.
    var commands: [PortalCommand] {
        [
            PortalCommand("CheckConnection") { _, _ in Answers.done },
            PortalCommand("GetAccountInfo") { try await accountInfo($1) },
            PortalCommand("GetUser") {
                Self.json(try await provisioner.credentials($1, employee: try employee($0)), sipServer)
            },
            PortalCommand("GetUsers") { try await users($1) },
            PortalCommand("SetUserPassword") { json, portal in
                try await changeUser(json) { try await provisioner.changePassword(portal, employee: $0, device: $1) }
            },
            PortalCommand("DisableUser") { json, portal in
                try await changeUser(json) {
                    try await provisioner.setEnabled(false, portal, employee: $0, device: $1)
                }
            },
            PortalCommand("EnableUser") { json, portal in
                try await changeUser(json) {
                    try await provisioner.setEnabled(true, portal, employee: $0, device: $1)
                }
            },
            PortalCommand("RemoveUser") { json, portal in
                try await provisioner.remove(portal.id, employee: try employee(json))
                return Answers.done
            },
            PortalCommand("SettingsChanged") {
                try await settings.changed(try line($0), $1)
                return Answers.done
            },
            PortalCommand("GetLines") { ["result": .list(try await settings.store.list($1.id).map(\.json))] },
            PortalCommand("CallCommand") { try await callCommand($0, $1) },
            PortalCommand("GetBalanceSettings") { try await balances.settings($1) },
            PortalCommand("SetBalanceSettings") { try await balances.change($0, $1) },
            PortalCommand("GetCallHistory") { try await callHistory($0, $1) },
            PortalCommand("GetRecordingLink") { try await recordings.link($0, $1) },
        ] + desk.commands + calls.commands + numbers.commands + payments.commands + statement.commands
            + support.commands + warnings.commands
    }

    /// The one door of all commands; a name that comes twice counts as the first of them.
    var endpoint: Endpoint {
        let commands = Dictionary(commands.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return Endpoint(
            .post, "portal/:command",
            .signed(.portalToController) { admitted in
                guard let command = commands[admitted.command] else {
                    throw ControllerError(.unknownCommand, "the controller does not know the command")
                }
                guard let json = JSONValue(Data(admitted.body)), case .object = json else {
                    throw ControllerError(.wrongRequest, "the body must be a JSON object")
                }
                return try await command.answer(json, admitted.portal)
            })
    }

    private func accountInfo(_ portal: Portal) async throws -> JSONValue {
        let account = try await provisioner.account(portal)
        let info = try await provisioner.platform.accountInfo(account.credentials)
        await watch.saw(info, portal)
        return [
            "account_name": .text(account.name), "balance": info["balance"] ?? .null,
            "currency": .text(info["currency"]?.string ?? portal.access.currency.code),
        ]
    }

    /// The logins of employees' devices.
    private func users(_ portal: Portal) async throws -> JSONValue {
        let users = try await provisioner.store.users(portal.id)
        return [
            "result": .list(users.map { ["login": .text($0.login), "enabled": .flag($0.isEnabled)] })
        ]
    }

    private func employee(_ json: JSONValue) throws(ControllerError) -> Int64 {
        guard let employee = json["USER_ID"]?.int64, (1..<1_000_000_000_000).contains(employee) else {
            throw ControllerError(.wrongRequest, "USER_ID must be the identifier of an employee")
        }
        return employee
    }

    /// One device of an employee; the answer holds the credentials as they are afterwards.
    private func changeUser(
        _ json: JSONValue, _ change: (Int64, EmployeeDevice) async throws -> Provisioner.EmployeeCredentials
    ) async throws -> JSONValue {
        let employee = try employee(json)
        guard let device = json["DEVICE"]?.string.flatMap(EmployeeDevice.init(rawValue:)) else {
            let allowed = EmployeeDevice.allCases.map(\.rawValue).joined(separator: " or ")
            throw ControllerError(.wrongRequest, "DEVICE must be \(allowed)")
        }
        return Self.json(try await change(employee, device), sipServer)
    }

    private static func json(_ credentials: Provisioner.EmployeeCredentials, _ sipServer: String) -> JSONValue {
        [
            "user_login": .text(credentials.browser.login),
            "user_password": .text(credentials.browser.password.revealed),
            "user_enabled": .flag(credentials.browser.isEnabled), "phone_login": .text(credentials.phone.login),
            "phone_password": .text(credentials.phone.password.revealed),
            "phone_enabled": .flag(credentials.phone.isEnabled),
            "domain": .text(credentials.account.domain), "sip_server": .text(sipServer),
        ]
    }

    private func line(_ json: JSONValue) throws(ControllerError) -> LineKey {
        guard let line = json["SEARCH_ID"]?.string, (1...255).contains(line.unicodeScalars.count) else {
            throw ControllerError(.wrongRequest, "SEARCH_ID must be a text of 1 to 255 characters")
        }
        return LineKey(rawValue: line)
    }

    private func callCommand(_ json: JSONValue, _ portal: Portal) async throws -> JSONValue {
        guard let key = CallKey(rawValue: json["CALL_ID"]?.string ?? "") else {
            throw ControllerError(.wrongRequest, "CALL_ID must be a text of 1 to \(CallKey.longest) characters")
        }
        try await relay.relay(try CommandRelay.Command(json), to: key, portal.id)
        return Answers.done
    }

    /// LIMIT and PAGE as in the portal's protocol: 20 and 1 when missing.
    private func callHistory(_ json: JSONValue, _ portal: Portal) async throws -> JSONValue {
        let fields = CommandFields(json)
        let limit = try fields.integer("LIMIT", 1...500, fallback: 20)
        let page = try fields.integer("PAGE", 1...100_000, fallback: 1)
        let entries = try await history.list(portal.id, limit: limit, offset: (page - 1) * limit)
        return ["result": .list(entries.map(\.told))]
    }
}
