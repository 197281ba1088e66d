import Foundation
import HTTPTypes
import Synchronization

@testable import Controller

/// Something that a portal, a scenario or the operator wants, and repeats until it is done.
struct Errand: Sendable {
    var name: String
    var ask: @Sendable (World) async throws -> World.Answer
    /// Answers that mean that an earlier try was carried out.
    var alsoDone: Set<String> = []

    func isDone(_ answer: World.Answer) -> Bool {
        (200..<300).contains(answer.status) || alsoDone.contains(answer.code ?? "")
    }

    static let reportedCall = "crash.reported"
    /// Whose scenario never reports.
    static let silentCall = "crash.silent"
    /// Whose scenario says nothing at all.
    static let unheardCall = "crash.unheard"

    static func portal(_ command: String, _ body: JSONValue = [:]) -> Errand {
        Errand(name: command) { try await $0.command(command, body) }
    }

    static func staff(_ path: String, _ body: String, alsoDone: Set<String> = []) -> Errand {
        Errand(name: path, ask: { try await $0.administer(path, body) }, alsoDone: alsoDone)
    }

    static func scenario(_ command: String, _ call: String, _ more: [(String, String)] = []) -> Errand {
        let fields =
            [
                ("PHONE_NUMBER", command == "AddCallHistory" ? World.caller : "74012000001"),
                ("ACCOUNT_SEARCH_ID", "test"), ("CALL_ID", call), ("CALLER_ID", World.caller), ("DIRECT_CODE", ""),
                ("ACCESS_URL", ""),
            ] + more
        return Errand(name: "\(command) \(call)") { try await $0.scenario(command, fields) }
    }

    /// A company's first day: everything that leaves something behind.
    static let day: [Errand] =
        account + numbers + unboundNumbers + payments
        + [
            scenario("IncomingGetConfig", reportedCall), scenario("IncomingInvite", reportedCall),
            Errand(name: "IncomingGetConfig of no line") { world in
                let fields = [
                    ("PHONE_NUMBER", ""), ("ACCOUNT_SEARCH_ID", "nobody"), ("CALL_ID", reportedCall),
                    ("CALLER_ID", World.caller), ("ACCESS_URL", ""),
                ]
                return try await world.scenario("IncomingGetConfig", fields)
            },
            scenario("StartCall", reportedCall, [("USER_ID", "67"), ("CALL_DEVICE", "WEBRTC")]),
            scenario("HangupCall", reportedCall),
            scenario(
                "AddCallHistory", reportedCall,
                [
                    ("URL", "https://storage.example.com/x.mp3"), ("INCOMING", "2"), ("CALL_DURATION", "34"),
                    ("CALL_START_DATE", "1437727826308"), ("CALL_STATUS", "true"), ("PORTAL_USER_ID", "67"),
                    ("CALL_DEVICE", "WEBRTC"), ("COST", "0"),
                ]),
            scenario("IncomingInvite", silentCall),
            portal("GetRecordingLink", ["CALL_ID": .text(reportedCall)]), sessionsEnd,
        ] + operations + support

    /// More movements than one page has; each costs one rouble.
    static let movements = 1500

    /// From now on the platform's history has all calls, and its ledger much that went before.
    private static let sessionsEnd = Errand(name: "GetAccountInfo after the sessions") { world in
        world.platform.state.withLock { state in
            if state.ledger.count < movements {
                let at = JSONValue.text(PlatformDate.text(Int64(Date().timeIntervalSince1970) - 1800))
                state.ledger.insert(
                    contentsOf: (0..<movements).map { index -> JSONValue in
                        [
                            "transaction_id": .integer(Int64(100_000 + index)), "performed_at": at,
                            "amount": .integer(-1), "transaction_type": "resource_charge",
                        ]
                    }, at: 0)
            }
            for call in [reportedCall, silentCall] {
                state.sessions[call] = [
                    "account_id": 1001, "application_id": 1002, "custom_data": .text(call), "duration": 36,
                    "calls": [["incoming": true, "successful": true, "duration": 34, "cost": .real(1.25)]],
                ]
            }
            if state.history.isEmpty { state.history = [unheard] }
        }
        return try await world.command("GetAccountInfo")
    }

    private static var unheard: JSONValue {
        [
            "call_session_history_id": 77, "account_id": 1001, "application_id": 1002,
            "custom_data": .text(unheardCall),
            "start_date": .text(PlatformDate.text(Int64(Date().timeIntervalSince1970))), "duration": 36,
            "calls": [
                [
                    "incoming": true, "successful": true, "duration": 34, "cost": .real(1.25),
                    "local_number": "74012000001", "remote_number": .text(World.caller),
                ]
            ],
        ]
    }

    private static let account: [Errand] = [
        portal("GetAccountInfo"), portal("GetUser", ["USER_ID": 67]), portal("GetUser", ["USER_ID": 68]),
        Errand(name: "AddNumber of a number that the operator has given") { world in
            world.platform.state.withLock { $0.numbers["74012000001"] = $0.accounts.values.first }
            return try await world.command("AddNumber", ["PHONE_NUMBER": "74012000001"])
        }, portal("SettingsChanged", ["SEARCH_ID": "test"]),
        portal("SetUserPassword", ["USER_ID": 67, "DEVICE": "BROWSER"]),
        portal("DisableUser", ["USER_ID": 68, "DEVICE": "PHONE"]),
        Errand(
            name: "DisableUser while the platform refuses",
            ask: { world in
                world.platform.fail("SetUserInfo", .refuse(code: 104))
                return try await world.command("DisableUser", ["USER_ID": 67, "DEVICE": "PHONE"])
            }, alsoDone: ["PLATFORM_REFUSED"]),
        portal("GetUser", ["USER_ID": 69]), portal("RemoveUser", ["USER_ID": 69]), portal("GetUser", ["USER_ID": 70]),
        Errand(
            name: "RemoveUser while the platform refuses",
            ask: { world in
                world.platform.fail("DelUser", .refuse(code: 104))
                return try await world.command("RemoveUser", ["USER_ID": 70])
            }, alsoDone: ["PLATFORM_REFUSED"]),
        portal("SetBalanceSettings", ["MODE": "common", "COMMON": "10", "LEAD_HOURS": 24, "LEARN_LEAD": "N"]),
        portal("SetWarningChannels", ["EMAILS": ["anna@example.com"]]),
        portal("SetHistoryOptions", ["TIME_ZONE": "Europe/Berlin", "KEPT_DAYS": 365]),
    ]

    /// For a number of Kaliningrad.
    static func order(_ request: String, _ number: String) -> JSONValue {
        [
            "REQUEST_ID": .text(request), "PHONE_NUMBER": .text(number), "COUNTRY": "RU", "CATEGORY": "GEOGRAPHIC",
            "REGION_ID": "7", "PRICE": "10.00", "INSTALLATION_PRICE": "2",
        ]
    }

    private static let numbers: [Errand] = [
        portal("BuyNumber", order("order-0001", "74012000002")),
        // Sold to somebody else meanwhile.
        Errand(
            name: "BuyNumber that is gone",
            ask: { world in
                try await world.command("BuyNumber", order("order-0002", "74012000099"))
            }, alsoDone: ["NUMBER_TAKEN"]),
        portal("SetNumberRenewal", ["PHONE_NUMBER": "74012000002", "AUTO_RENEW": "N"]),
        portal("ReleaseNumber", ["PHONE_NUMBER": "74012000001"]),
    ]

    /// Two numbers whose calls the platform refuses to send: one is given back, the other can be used later.
    private static let unboundNumbers: [Errand] =
        ["74012000003", "74012000004"].map { number in
            Errand(name: "BuyNumber whose calls are refused") { world in
                world.platform.state.withLock { _ = $0.unbindable.insert(number) }
                return try await world.buy(number)
            }
        } + [
            portal("ReleaseNumber", ["PHONE_NUMBER": "74012000003"]),
            Errand(name: "AddNumber when it may be used") { world in
                world.platform.state.withLock { $0.unbindable = [] }
                return try await world.command("AddNumber", ["PHONE_NUMBER": "74012000004"])
            },
        ]

    private static let payments: [Errand] = [
        portal("CreatePaymentOrder", ["AMOUNT": "250.00", "REQUEST_ID": "payment-0001"]),
        Errand(name: "the bank's callback") { world in
            let orders = try await world.command("GetPayments").json?["result"]?.elements
            return try await world.pay(orders?.first?["REFERENCE"]?.string ?? "", "250.00")
        },
    ]

    private static let operations: [Errand] = [
        staff("/admin/scenario/versions", #"{"source":"/* ten */"}"#),
        staff("/admin/scenario/versions/10/rollout", #"{"share":1000}"#),
        Errand(name: "GetAccountInfo of version 10") { try await $0.command("GetAccountInfo") },
        staff("/admin/staff", #"{"name":"vera","role":"viewer"}"#, alsoDone: ["EXISTS"]),
        staff("/admin/staff/vera/disable", ""),
        staff(
            "/admin/portals", #"{"portal":"third","address":"http://127.0.0.1:1"}"#, alsoDone: ["EXISTS"]),
        staff("/admin/portals/third/key", #"{"overlap_seconds":0}"#),
        staff("/admin/portals/third/move", #"{"address":"http://127.0.0.1:2","request":"move-0001"}"#),
    ]

    /// A person of the support asks, the portal grants, the person looks, the portal ends it.
    private static let support: [Errand] = [
        staff("/admin/staff", #"{"name":"sam","role":"support"}"#, alsoDone: ["EXISTS"]),
        Errand(name: "support asks") { world in
            let token = try await supporter(world)
            let grants = try await world.bear(token, "/support/grants", "", .get)
            guard grants.json?["grants"] == [] else { return grants }
            let code = try await world.command("NewSupportCode")
            return try await world.bear(
                token, "/support/grants",
                World.wish("demo", code.json?["CODE"]?.string ?? "", reason: "no sound"), .post)
        },
        Errand(name: "GrantSupport") { try await $0.grant(try await granted($0).id) },
        Errand(name: "support looks") { world in
            let (token, grant) = try await granted(world)
            return try await world.look(token, grant, "calls/\(reportedCall)")
        },
        Errand(name: "EndSupport") { try await $0.end(try await granted($0).id) },
    ]

    /// A fresh token: the one before may be lost.
    private static func supporter(_ world: World) async throws -> String {
        try await world.administer("/admin/staff/sam/token", "").json?["token"]?.string ?? ""
    }

    private static func granted(_ world: World) async throws -> (token: String, id: String) {
        let token = try await supporter(world)
        let list = try await world.bear(token, "/support/grants", "", .get)
        return (token, list.json?["grants"]?.elements.first?["grant"]?.string ?? "")
    }
}
