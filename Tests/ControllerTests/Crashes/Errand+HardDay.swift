import Storage
import Synchronization

@testable import Controller

extension Errand {
    static let lateCall = "crash.late"
    static let unpricedCall = "crash.unpriced"
    static let lostCall = "crash.lost"
    static let oldCall = "crash.old"

    /// Everything goes wrong once: portal, platform, mail server; a call gets lost, another is reported while it is asked for.
    static func hardDay(_ time: DayTime) -> [Errand] {
        [
            Errand(name: "SetWarningChannels while the mail server is busy") { world in
                world.mailer.next([.later("busy")])
                return try await world.command("SetWarningChannels", ["EMAILS": ["anna@example.com"]])
            },
            portal("GetAccountInfo"),
        ] + reportedMeanwhile + [
            portal("GetUser", ["USER_ID": 67]), portal("GetUser", ["USER_ID": 68]),
            Errand(
                name: "SettingsChanged while the portal fails",
                ask: { world in
                    world.portal.state.withLock { $0.failures["LineSettings"] = 1 }
                    return try await world.command("SettingsChanged", ["SEARCH_ID": "test"])
                }, alsoDone: ["PORTAL_UNAVAILABLE"]),
            portal("SettingsChanged", ["SEARCH_ID": "test"]),
            Errand(name: "a threshold for who has no account") { world in
                try await world.command(
                    "SetBalanceSettings",
                    ["MODE": "common", "COMMON": "10", "LEAD_HOURS": 24, "LEARN_LEAD": "N"], portal: "other")
            },
        ] + money + [key] + silence + [
            scenario("IncomingGetConfig", unpricedCall), scenario("IncomingInvite", unpricedCall),
            report(unpricedCall), scenario("IncomingGetConfig", lostCall), scenario("IncomingInvite", lostCall),
            portal("SetHistoryOptions", ["TIME_ZONE": "Europe/Berlin", "KEPT_DAYS": 1]),
            Errand(name: "all is told") { world in
                var answer: World.Answer
                repeat {
                    answer = try await world.admin("/admin/calls")
                } while answer.json?["outbox"]?.names.isEmpty == false
                return answer
            },
            Errand(name: "three days later") { world in
                time.pass(days: 3)
                return try await world.admin("/admin/portals/demo")
            },
        ]
    }

    /// A report of an earlier controller, which did not know what the later ones search for.
    static func oldReport(in database: Database) async throws {
        let archive = HistoryArchive(database: database)
        try await archive.record(oldCall, at: World.Setting().now().milliseconds)
        try await database.write { transaction in
            try transaction.execute("DELETE FROM call_total")
            try transaction.execute("DELETE FROM outbox")
            try transaction.execute(
                """
                UPDATE call_history SET started_at = 0, day = '', phone_number = '', employee_id = NULL, line = '',
                    direction = '', outcome = '', cost = NULL
                """)
        }
    }

    private static func report(_ call: String) -> Errand {
        scenario("AddCallHistory", call, [("PORTAL_USER_ID", "67"), ("CALL_DURATION", "34"), ("CALL_STATUS", "true")])
    }

    /// While the controller asks the platform for a call's end, its scenario tells it.
    private static let reportedMeanwhile = [
        scenario("IncomingGetConfig", lateCall), scenario("IncomingInvite", lateCall),
        Errand(name: "AddCallHistory while the platform is asked") { world in
            let method = "GetCallHistory"
            defer { world.platform.release(method) }
            world.platform.state.withLock { state in
                state.sessions[lateCall] = [
                    "account_id": 1001, "application_id": 1002, "custom_data": .text(lateCall), "duration": 36,
                    "calls": [["incoming": true, "successful": true, "duration": 34, "cost": .real(1.25)]],
                ]
                state.waiting = []
                state.held.insert(method)
            }
            let calls = try await world.admin("/admin/calls").json?["calls"]?.elements ?? []
            if !calls.contains(where: { $0["call_id"] == .text(lateCall) && $0["state"] == "closed" }) {
                let isAsked: @Sendable (FormFields) -> Bool = {
                    $0["call_session_history_custom_data"] == lateCall
                }
                await world.platform.events.wait {
                    world.platform.state.withLock { $0.waiting.contains(where: isAsked) }
                }
            }
            return try await report(lateCall).ask(world)
        },
    ]

    private static let money = [
        portal("BuyNumber", order("order-0001", "74012000002")),
        Errand(
            name: "BuyNumber that is sold to somebody else in this moment",
            ask: { world in
                world.platform.state.withLock { $0.numbers["74012000098"] = 1 }
                return try await world.command("BuyNumber", order("order-0002", "74012000098"))
            }, alsoDone: ["NUMBER_TAKEN"]),
        Errand(
            name: "RenewNumber without money",
            ask: { world in
                world.platform.state.withLock { state in
                    state.frozen.insert("74012000002")
                    state.balance = .real(5)
                }
                return try await world.command("RenewNumber", ["PHONE_NUMBER": "74012000002"])
            }, alsoDone: ["INSUFFICIENT_FUNDS"]),
        Errand(name: "SetBalanceSettings while the ledger cannot be read") { world in
            world.platform.fail("GetTransactionHistory", .refuse(code: 104))
            return try await world.command(
                "SetBalanceSettings", ["MODE": "common", "COMMON": "10", "LEAD_HOURS": 24, "LEARN_LEAD": "N"])
        },
        Errand(name: "the warning") { world in
            await world.mailer.events.wait { !world.mailer.taken.isEmpty }
            return try await world.command("CheckConnection")
        },
        portal("CreatePaymentOrder", ["AMOUNT": "250.00", "REQUEST_ID": "payment-0001"]),
        Errand(name: "the bank's callback while the platform refuses transfers and numbers") { world in
            world.platform.fail("TransferMoneyToChildAccount", .refuse(code: 104))
            for _ in 0..<3 { world.platform.fail("GetPhoneNumbers", .refuse(code: 104)) }
            let orders = try await world.command("GetPayments").json?["result"]?.elements
            return try await world.pay(orders?.first?["REFERENCE"]?.string ?? "", "250.00")
        },
    ]

    /// Given once: a second one would leave the portal with none that it knows.
    private static let key = Errand(name: "a new key while the platform refuses") { world in
        let shown = try await world.admin("/admin/portals/demo")
        guard shown.json?["key_confirmed"] == true else { return shown }
        let sent = world.platform.count("SetScenarioInfo")
        world.platform.fail("SetScenarioInfo", .refuse(code: 104))
        let answer = try await world.administer("/admin/portals/demo/key", #"{"overlap_seconds":604800}"#)
        // The next refusal is another errand's.
        await world.platform.events.wait { world.platform.count("SetScenarioInfo") > sent + 1 }
        return answer
    }

    private static let silence = [
        staff("/admin/scenario/versions", #"{"source":"/* ten */"}"#),
        staff("/admin/scenario/versions/10/rollout", #"{"share":1000}"#),
        Errand(name: "GetAccountInfo while the platform refuses the version") { world in
            world.platform.fail("SetScenarioInfo", .refuse(code: 130))
            return try await world.command("GetAccountInfo")
        },
        portal("GetAccountInfo"),
        Errand(name: "a session that never said a word") { world in
            world.platform.state.withLock { state in
                for account in state.accounts.values {
                    state.silentSessions[account] = [
                        ["call_session_history_id": 1, "duration": 0, "finish_reason": "JS session error"]
                    ]
                }
            }
            // Asked for and counted: the next question comes after that.
            let asked = sessionQuestions(world)
            await world.platform.events.wait { sessionQuestions(world) > asked + 1 }
            return try await world.command("GetAccountInfo")
        },
    ]

    private static func sessionQuestions(_ world: World) -> Int {
        world.platform.state.withLock { state in
            state.commands.count {
                // The account's own; the master asks as well.
                $0.method == "GetCallHistory" && $0.fields["call_session_history_custom_data"].isEmpty
                    && $0.fields["account_id"] != "1"
            }
        }
    }
}
