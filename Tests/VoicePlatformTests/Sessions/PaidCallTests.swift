import Billing
import CallControl
import NIOCore
import PhoneNumbers
import ScenarioRuntime
import Storage
import Synchronization
import Testing
import VoiceEngine

@testable import VoicePlatform

@Suite struct PaidCallTests {
    private static let user = CallSource.user(
        UserAddress(username: "user67", domain: "switchboard.tenant-one.voice.test"))
    private static let agent = CallID(rawValue: "agent")

    /// Outgoing calls cost a cent for each second.
    private static func bySeconds(_ configuration: inout VoicePlatformConfiguration) throws {
        let row = TariffRow(
            .outgoing, .user, text: "by seconds", pricePerMinute: try Money("0.6", .eur),
            step: BillingStep(first: 1, next: 1))
        configuration.tariffs = [try Tariff(currency: .eur, rows: [row], on: configuration.tariff(.eur))]
    }

    /// Numbers of Moscow and Germany have a trunk, Russian ones a price.
    private static func withTrunk(_ configuration: inout VoicePlatformConfiguration) throws {
        let free = TariffRow(.outgoing, .pstn(prefix: "7"), text: "Russia", pricePerMinute: .zero(.eur))
        configuration.tariffs = [try Tariff(currency: .eur, rows: [free], on: configuration.tariff(.eur))]
        configuration.dialPlan = DialPlan([
            NumberRoute(trunk: TrunkName(rawValue: "carrier"), prefixes: ["7495", "49"], format: .leadingPlus)
        ])
    }

    @Test func `a number leaves by the ways of its trunks, and not at all without a price`() async throws {
        try await TestPlatform.run({ try? Self.withTrunk(&$0) }) { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1")
            let calls = try await stage.loop.submit {
                let services = stage.scripts.scripts[0].services
                return ["+7 495 445-11-20", "74012000000", "4930123456", "nobody"].map {
                    services.outgoingCall(toNumber: $0, callerID: "79112233444")
                }
            }.get()
            let way = TrunkWay(
                trunk: TrunkName(rawValue: "carrier"), callee: "+74954451120", callerID: "+79112233444")
            #expect(calls.map { $0?.ways } == [[way], nil, nil, nil])
            let call = try #require(calls[0])
            try await stage.onLoop { $0.scripts.scripts[0].control.execute(.callSIP(Self.agent, call)) }
            let leg = try await stage.history()[0]["calls"].items.first { $0["incoming"].flag == false }
            #expect(leg?["remote_number"].string == "74954451120" && leg?["remote_number_type"].string == "pstn")
        }
    }

    @Test func `a number shows what the account has rented or verified, or who calls`() async throws {
        try await TestPlatform.run({ try? Self.withTrunk(&$0) }) { platform in
            let stage = try await Stage(platform)
            try await stage.give("10")
            try await stage.rent()
            let other = try await platform.child("tenant-two")
            for (tenant, number, isActive) in [
                (stage.tenant, "4930111111", 1), (stage.tenant, "4930222222", 0), (other, "4930333333", 1),
            ] {
                try await platform.core.database.write { transaction in
                    try transaction.execute(
                        "INSERT INTO caller_id (account_id, number, active, attempts_left, calls_left) VALUES (?, ?, ?, 5, 3)",
                        [.integer(tenant.id), .text(number), .integer(isActive)])
                }
            }
            _ = try await stage.admit(Self.user, to: "1")
            for (number, isShown) in [
                ("+49 30 111111", true), ("4930222222", false), ("4930333333", false), (Stage.number, true),
                ("79112233444", true), ("", true), ("112", false),
            ] {
                let leg = "leg-\(number)"
                try await stage.onLoop { stage in
                    let script = stage.scripts.scripts[0]
                    guard let call = script.services.outgoingCall(toNumber: "74954451120", callerID: number) else {
                        return
                    }
                    script.control.execute(.callSIP(CallID(rawValue: leg), call))
                }
                if isShown {
                    try await stage.loop.flatSubmit {
                        stage.legs.command(on: stage.loop) { command in
                            if case .callSIP(let id, _) = command { id.rawValue == leg } else { false }
                        }
                    }.get()
                } else {
                    #expect(try await stage.failure(of: leg) == 403, "\(number)")
                }
            }
        }
    }

    @Test func `a registration carries calls of its account alone, and only while it is paid`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            let other = try await platform.child("tenant-two")
            for tenant in [stage.tenant, other] {
                try await platform.master.call(
                    "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": "5"])
            }
            func register(_ tenant: Tenant) async throws -> Int {
                try await tenant.call(
                    "CreateSipRegistration", ["sip_username": "office", "proxy": "sip.example.test"]
                ).integer("sip_registration_id")
            }
            let (own, foreign) = (try await register(stage.tenant), try await register(other))
            _ = try await stage.admit(Self.user, to: "1")
            func call(_ leg: String, by registration: Int) async throws {
                try await stage.onLoop { stage in
                    stage.scripts.scripts[0].control.execute(
                        .callSIP(
                            CallID(rawValue: leg),
                            OutgoingSIPCall(
                                uri: "sip:100@sip.example.test", callerID: "7",
                                registration: OutboundRegistrationID(rawValue: Int64(registration)))))
                }
            }
            try await call("own", by: own)
            try await stage.loop.flatSubmit {
                stage.legs.command(on: stage.loop) { command in
                    if case .callSIP(let id, let call) = command {
                        id.rawValue == "own" && call.registration?.rawValue == Int64(own)
                    } else {
                        false
                    }
                }
            }.get()
            try await call("foreign", by: foreign)
            #expect(try await stage.failure(of: "foreign") == 404)
            try await call("unknown", by: 12345)
            #expect(try await stage.failure(of: "unknown") == 404)
            try await stage.tenant.call("DeleteSipRegistration", ["sip_registration_id": "\(own)"])
            try await call("deleted", by: own)
            #expect(try await stage.failure(of: "deleted") == 404)
            let legs = try await stage.history()[0]["calls"].items
            #expect(legs.filter { $0["end_reason"].string == "No SIP registration with this regId" }.count == 3)
        }
    }

    @Test func `a leg that cannot be paid is not made, whatever else the script asks of it`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            #expect(try await stage.admit(Self.user, to: "1") == .accepted)
            try await stage.onLoop { stage in
                let control = stage.scripts.scripts[0].control
                control.execute(.callUser(Self.agent, OutgoingUserCall(username: "user67", callerID: "7")))
                control.execute(.sendMedia(from: UnitID(Self.agent), to: UnitID(Stage.caller)))
            }
            #expect(try await stage.failure(of: "agent") == 402)
            let commands = try await stage.loop.submit { stage.legs.commands }.get()
            #expect(commands.isEmpty)
            let calls = try await stage.history()[0]["calls"].items
            #expect(calls.compactMap { $0["end_reason"].string } == ["Insufficient Funds"])
            #expect(try await stage.held() == 0)
        }
    }

    @Test func `what is asked of a leg while money is sought follows its call in order`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            try await stage.give("1")
            _ = try await stage.admit(Self.user, to: "1")
            let call = CallCommand.callUser(Self.agent, OutgoingUserCall(username: "user67", callerID: "7"))
            let link = CallCommand.sendMedia(from: UnitID(Self.agent), to: UnitID(Stage.caller))
            try await stage.onLoop { stage in
                let control = stage.scripts.scripts[0].control
                for command in [call, link, .ring(Stage.caller, headers: [:])] { control.execute(command) }
            }
            try await stage.dialled("agent")
            let commands = try await stage.loop.submit { stage.legs.commands }.get()
            #expect(commands == [.ring(Stage.caller, headers: [:]), call, link])
            #expect(try await stage.held() == 6000)
        }
    }

    @Test func `a leg that is given up while money is sought leaves nothing held`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            try await stage.give("1")
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.onLoop { stage in
                let control = stage.scripts.scripts[0].control
                control.execute(.callUser(Self.agent, OutgoingUserCall(username: "user67", callerID: "7")))
                control.execute(.hangup(Self.agent, code: 486, headers: [:]))
            }
            #expect(try await stage.failure(of: "agent") == 487)
            // In one turn of the loop, so that no money is found in between.
            try await stage.onLoop { stage in
                let other = CallID(rawValue: "other")
                let script = stage.scripts.scripts[0]
                script.control.execute(.callUser(other, OutgoingUserCall(username: "user67", callerID: "7")))
                script.terminate(.normalTermination)
            }
            await platform.core.history.flush()
            #expect(try await stage.held() == 0)
            let commands = try await stage.loop.submit { stage.legs.commands }.get()
            #expect(commands.isEmpty)
        }
    }

    @Test func `when the money ends the far end hears two beeps, and then the session ends`() async throws {
        let time = ManualTime(UnixTime(seconds: 1_800_000_000))
        try await TestPlatform.run({ try? Self.bySeconds(&$0) }, clock: { time.now }) { platform in
            let stage = try await Stage(platform)
            try await stage.give("0.90")
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.dial("agent")
            try await stage.dialled("agent")
            try await stage.onLoop { $0.legs.onEvent?(.connected(Self.agent, headers: [:])) }
            try await stage.settle()
            let seconds = try await Self.talk(stage, time)
            #expect(seconds == Seconds(warned: 60, ended: 90))
            let session = try await stage.history()[0]
            #expect(session["finish_reason"].string == "Insufficient funds")
            #expect(session["calls"].items.compactMap { $0["cost"].decimal }.sorted() == [0, 0.9])
            #expect(try await stage.tenant.call("GetAccountInfo")["result"]["balance"].decimal == 0)
            #expect(try await stage.held() == 0)
        }
    }

    @Test func `a call of less than a second costs one, in script, history and ledger`() async throws {
        try await TestPlatform.run({ try? Self.bySeconds(&$0) }) { platform in
            let stage = try await Stage(platform)
            try await stage.give("1")
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.dial("agent")
            try await stage.dialled("agent")
            try await stage.onLoop { stage in
                let end = CallEnd(talk: .milliseconds(300), code: 200, reason: "OK")
                stage.legs.onEvent?(.connected(Self.agent, headers: [:]))
                stage.legs.onEvent?(.disconnected(Self.agent, end))
            }
            let told = try await stage.script { script in
                script.events.compactMap { event in if case .disconnected(_, let end) = event { end } else { nil } }
            }
            #expect(told.map(\.durationSeconds) == [1] && told.map(\.cost) == [0.01])
            let call = try #require(try await stage.history()[0]["calls"].items.last)
            #expect(call["duration"].number == 1 && call["cost"].decimal == 0.01)
            #expect(try await stage.tenant.call("GetAccountInfo")["result"]["balance"].decimal == 0.99)
        }
    }

    @Test func `the live balance is less by what is held, for account, parent and users`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            try await stage.give("1")
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.dial("agent")
            try await stage.dialled("agent")
            #expect(try await stage.held() == 6000)
            let (live, child) = (["return_live_balance": "true"], ["child_account_id": "\(stage.tenant.id)"])
            let account = try await stage.tenant.call("GetAccountInfo", live)["result"]
            #expect(account["balance"].decimal == 0.994)
            #expect(try await stage.tenant.call("GetAccountInfo")["result"]["balance"].decimal == 1)
            let master = try await platform.master
            let listed = try await master.call("GetChildrenAccounts", child.merging(live) { $1 })["result"][0]
            #expect(listed["balance"].decimal == 0.994)
            #expect(try await master.call("GetChildrenAccounts", child)["result"][0]["balance"].decimal == 1)
            let application = ["application_name": "switchboard"]
            let user = try await stage.tenant.call("GetUsers", application.merging(live) { $1 })["result"][0]
            #expect(["balance", "live_balance", "fixed_balance"].map { user[$0].decimal } == [0.994, 0.994, 1])
            let fixed = try await stage.tenant.call("GetUsers", application)["result"][0]
            #expect(["balance", "live_balance", "fixed_balance"].map { fixed[$0].decimal } == [1, 0.994, 1])
        }
    }

    @Test func `who pays while the warning sounds talks on, and is warned again`() async throws {
        let time = ManualTime(UnixTime(seconds: 1_800_000_000))
        try await TestPlatform.run({ try? Self.bySeconds(&$0) }, clock: { time.now }) { platform in
            let stage = try await Stage(platform)
            try await stage.give("0.90")
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.dial("agent")
            try await stage.dialled("agent")
            try await stage.onLoop { $0.legs.onEvent?(.connected(Self.agent, headers: [:])) }
            try await stage.settle()
            for _ in 0..<70 { try await stage.passSecond(time) }
            try await stage.onLoop { $0.legs.onEvent?(.playbackFinished(Self.agent, error: nil)) }
            try await stage.give("0.40")
            let seconds = try await Self.talk(stage, time)
            #expect(seconds == Seconds(warned: 100 - 70, ended: 130 - 70))
            #expect(try await stage.tenant.call("GetAccountInfo")["result"]["balance"].decimal == 0)
        }
    }

    private struct Seconds: Equatable {
        var warned: Int?
        var ended: Int?
    }

    /// Lets the time go by until the script is told to end; each second is counted.
    private static func talk(_ stage: Stage, _ time: ManualTime) async throws -> Seconds {
        let beeps = CallCommand.playTone(agent, script: WarningTones.script, loop: false)
        let before = try await stage.loop.submit { stage.legs.commands.count }.get()
        var found = Seconds()
        for second in 1...200 {
            try await stage.passSecond(time)
            let (isWarned, hasEnded) = try await stage.loop.submit {
                (stage.legs.commands.dropFirst(before).contains(beeps), stage.legs.hasEnded)
            }.get()
            if isWarned, found.warned == nil { found.warned = second }
            if hasEnded {
                found.ended = second
                return found
            }
        }
        return found
    }

    @Test func `money that is held for one call is not there for another`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            try await stage.give("0.01")
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.dial("first")
            try await stage.dialled("first")
            try await stage.dial("second")
            #expect(try await stage.failure(of: "second") == 402)
            #expect(
                try await platform.master.call(
                    "TransferMoneyToChildAccount", ["child_account_id": "\(stage.tenant.id)", "amount": "-0.01"]
                ).errorCode == 127)
        }
    }

    @Test func `new prices count for the calls that begin after them, and wrong ones change nothing`() async throws {
        let lists = PriceLists()
        try await TestPlatform.run { configuration in
            configuration.changedTariffs = { try lists.waiting.withLock { $0.removeFirst() }.get() }
        } _: { platform in
            let stage = try await Stage(platform)
            try await stage.give("1")
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.dial("before")
            try await stage.dialled("before")
            #expect(try await stage.held() == 6000)
            let row = TariffRow(.outgoing, .user, text: "dearer", pricePerMinute: try Money("0.1", .eur))
            let dearer = TariffBook([
                try Tariff(currency: .eur, rows: [row], on: platform.core.tariffs.current.tariff(.eur))
            ])
            lists.waiting.withLock { $0 = [.success(dearer), .success(nil), .failure(.prefix("wrong"))] }
            for _ in 0..<3 { platform.core.tariffs.refresh(platform.core.logger) }
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.dial("after")
            try await stage.dialled("after")
            #expect(try await stage.held() == 106_000)
        }
    }

    @Test func `a blocked destination and a call too many fail with their reasons`() async throws {
        try await TestPlatform.run { configuration in
            let blocked = TariffRow(
                .outgoing, .sip, text: "blocked", pricePerMinute: .zero(.eur), permission: .blocked)
            guard let tariff = try? Tariff(currency: .eur, rows: [blocked], on: configuration.tariff(.eur)) else {
                return
            }
            configuration.tariffs = [tariff]
            configuration.limits.sessionsPerAccount = 1
        } _: { platform in
            let stage = try await Stage(platform)
            try await stage.give("1")
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.onLoop { stage in
                stage.scripts.scripts[0].control.execute(
                    .callSIP(CallID(rawValue: "blocked"), OutgoingSIPCall(uri: "sip:a@example.org", callerID: "7")))
            }
            #expect(try await stage.failure(of: "blocked") == 403)
            try await stage.dial("first")
            try await stage.dialled("first")
            try await stage.dial("second")
            #expect(try await stage.failure(of: "second") == 503)
            try await stage.onLoop { stage in
                stage.legs.onEvent?(.failed(CallID(rawValue: "first"), code: 486, reason: "Busy Here", headers: [:]))
            }
            try await stage.dial("third")
            try await stage.dialled("third")
        }
    }

    @Test func `a call that cannot be paid leaves no session behind`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            try await stage.rent()
            let refused = try await stage.admit(.trunk(name: TrunkName(rawValue: "carrier")), to: Stage.number)
            #expect(refused == .rejected(status: 402, reason: "Insufficient Funds"))
            #expect(try await stage.history().items.isEmpty)
            try await stage.give("0.1")
            #expect(try await stage.admit(.trunk(name: TrunkName(rawValue: "carrier")), to: Stage.number) == .accepted)
            #expect(try await stage.held() == 100_000)
        }
    }
}

/// What the operator puts into the file of prices, one after the other.
private final class PriceLists: Sendable {
    let waiting = Mutex<[Result<TariffBook?, TariffError>]>([])
}

@Suite struct WarningToneTests {
    private static let leg = CallID(rawValue: "leg")
    private static let other = UnitID(rawValue: "other")

    @Test func `after the tone the leg hears what it heard before, and the script hears of nothing`() {
        var tones = WarningTones()
        #expect(tones.note(.sendMedia(from: Self.other, to: UnitID(Self.leg))) == nil)
        #expect(tones.begin(Self.leg) == .playTone(Self.leg, script: WarningTones.script, loop: false))
        #expect(tones.takes(.playbackStarted(Self.leg, durationMilliseconds: 1000)).isOurs)
        let (isOurs, next) = tones.takes(.playbackFinished(Self.leg, error: nil))
        #expect(isOurs)
        #expect(next == .sendMedia(from: Self.other, to: UnitID(Self.leg)))
        #expect(!tones.takes(.playbackFinished(Self.leg, error: nil)).isOurs)
    }

    @Test func `a leg into which the script plays is not disturbed`() {
        var tones = WarningTones()
        _ = tones.note(.play(Self.leg, url: "x", loop: false))
        #expect(tones.begin(Self.leg) == nil)
        #expect(!tones.takes(.playbackFinished(Self.leg, error: nil)).isOurs)
        #expect(tones.begin(Self.leg) != nil)
        _ = tones.note(.say(Self.leg, SpeechRequest(text: "x", language: "en")))
        #expect(!tones.takes(.playbackStarted(Self.leg, durationMilliseconds: 1)).isOurs)
    }

    @Test func `a script that stops the tone hears the other side again`() {
        var tones = WarningTones()
        _ = tones.note(.sendMedia(from: Self.other, to: UnitID(Self.leg)))
        _ = tones.begin(Self.leg)
        #expect(tones.note(.stopPlayback(Self.leg)) == .sendMedia(from: Self.other, to: UnitID(Self.leg)))
    }
}

@Suite struct AccountBrakeTests {
    private static let account = AccountID(rawValue: 1)
    private static let start = UnixTime(seconds: 1_800_000_000)

    @Test func `calls at once and calls in a second are counted for each account apart`() throws {
        var brake = AccountBrake(limits: .init(callsAtOnce: 2, callsPerSecond: 3))
        try brake.begin(.session, of: Self.account, at: Self.start)
        try brake.begin(.session, of: Self.account, at: Self.start)
        #expect(throws: AccountBrake.Refusal.tooManyCalls) {
            try brake.begin(.session, of: Self.account, at: Self.start)
        }
        try brake.begin(.paidCall, of: Self.account, at: Self.start)
        brake.end(.session, of: Self.account)
        #expect(throws: AccountBrake.Refusal.tooFast) { try brake.begin(.session, of: Self.account, at: Self.start) }
        try brake.begin(.session, of: AccountID(rawValue: 2), at: Self.start)
        let later = UnixTime(milliseconds: Self.start.milliseconds + 334)
        try brake.begin(.session, of: Self.account, at: later)
        #expect(throws: AccountBrake.Refusal.tooFast) { try brake.begin(.paidCall, of: Self.account, at: later) }
    }

    @Test func `a clock that goes back and a call that ends twice change nothing`() throws {
        var brake = AccountBrake(limits: .init(callsAtOnce: 1, callsPerSecond: 1))
        try brake.begin(.session, of: Self.account, at: Self.start)
        for _ in 0..<2 { brake.end(.session, of: Self.account) }
        #expect(throws: AccountBrake.Refusal.tooFast) {
            try brake.begin(.session, of: Self.account, at: UnixTime(seconds: 0))
        }
    }
}
