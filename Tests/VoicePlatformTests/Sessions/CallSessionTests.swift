import Billing
import CallControl
import NIOCore
import NIOPosix
import ScenarioRuntime
import Storage
import Testing
import VoiceEngine

@testable import VoicePlatform

@Suite struct CallSessionTests {
    @Test func `an account that wants it is told that a script has failed`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            let settings = ["callback_url": "https://hooks.example/", "send_js_error": "true"]
            for (wanted, count) in [("false", Int64(0)), ("true", 1)] {
                try await stage.tenant.call("SetAccountInfo", settings.merging(["send_js_error": wanted]) { $1 })
                #expect(try await stage.admit(Self.user, to: "100") == .accepted)
                try await stage.onLoop { $0.scripts.scripts.last?.crash() }
                await platform.core.history.flush()
                let row = try await platform.core.database.read {
                    try $0.queryOne("SELECT COUNT(*) AS n FROM callback_outbox WHERE type = 'js_fail'")
                }
                #expect(try row?.integer("n") == count)
            }
        }
    }

    @Test func `a conference is joined while it runs and begins anew after it`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            let plan = try #require(
                try await platform.core.directory.application(domain: "switchboard.tenant-one.voice.test")
                    .flatMap { snapshot in snapshot.rules.first.flatMap { snapshot.plan($0) } })
            func start(_ name: String?) async throws -> StartedSession {
                try await stage.host.start(
                    ScenarioStart(
                        plan: plan, userID: nil, customData: nil, initiatorAddress: "", conferenceName: name))
            }
            async let left = start("room")
            async let right = start("room")
            let (first, second) = try await (left, right)
            #expect(first == second)
            #expect(try await start("other") != first)
            #expect(try await start(nil) != first)
            try await stage.onLoop { stage in
                for script in stage.scripts.scripts { script.terminate(.normalTermination) }
            }
            #expect(try await start("room") != first)
        }
    }

    @Test func `calls of scenarios into one conference meet in one session`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            let guests = [FakeLegs(), FakeLegs(), FakeLegs()]
            func call(_ number: Int) async throws -> Admission {
                let arrival = CallArrival(
                    id: CallID(rawValue: "guest-\(number)"),
                    source: .conference(domain: "switchboard.tenant-one.voice.test"), destination: "room",
                    callerID: "7911", displayName: "Guest", remoteAddress: "127.0.0.1", headers: [:])
                let legs = guests[number]
                return try await stage.loop.flatSubmit { stage.host.admit(arrival, legs: legs) }.get()
            }
            #expect(try await call(0) == .accepted)
            #expect(try await call(1) == .accepted)
            let scripts = try await stage.loop.submit { stage.scripts.scripts.count }.get()
            #expect(scripts == 1)
            let start = try await stage.script(\.start)
            #expect(start.conferenceName == "room" && start.incoming?.id.rawValue == "guest-0")
            #expect(try await stage.script(\.joined).map(\.id.rawValue) == ["guest-1"])
            #expect(try await stage.loop.submit { guests[0].taken == [ObjectIdentifier(guests[1])] }.get())
            try await stage.onLoop { $0.scripts.scripts[0].takesGuests = false }
            guard case .rejected(486, _) = try await call(2) else {
                Issue.record("a conference that takes nobody has taken a guest")
                return
            }
            let session = try await stage.history()[0]
            #expect(session["calls"].items.count == 2)
            let nowhere = try await stage.admit(.conference(domain: "nobody.voice.test"), to: "room")
            #expect(nowhere == .rejected(status: 404, reason: "Not Found"))
        }
    }

    private static let user = CallSource.user(
        UserAddress(username: "user67", domain: "switchboard.tenant-one.voice.test"))

    @Test func `who may not have a session is told why`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            let trunk = CallSource.trunk(name: TrunkName(rawValue: "carrier"))
            #expect(try await stage.admit(trunk, to: Stage.number) == .rejected(status: 404, reason: "Not Found"))
            try await stage.rent()
            #expect(
                try await stage.admit(trunk, to: Stage.number) == .rejected(status: 402, reason: "Insufficient Funds"))
            try await platform.core.database.write {
                try $0.execute("UPDATE account SET frozen = 1 WHERE name = 'tenant-one'")
            }
            platform.core.directory.changed(AccountID(rawValue: Int64(stage.tenant.id)))
            #expect(try await stage.admit(trunk, to: Stage.number) == .rejected(status: 403, reason: "Forbidden"))
            #expect(try await stage.history().items.isEmpty)
            try await platform.core.database.write {
                try $0.execute("UPDATE account SET frozen = 0 WHERE name = 'tenant-one'")
            }
            platform.core.directory.changed(AccountID(rawValue: Int64(stage.tenant.id)))
            try await stage.give("1")
            #expect(try await stage.admit(trunk, to: Stage.number) == .accepted)
        }
    }

    @Test func `a session is in the history before its first event`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            #expect(try await stage.admit(Self.user, to: "anything") == .accepted)
            let start = try await stage.script(\.start)
            let session = try await stage.history()[0]
            #expect(session["call_session_history_id"].number == Int(start.sessionID.rawValue))
            #expect(session["finish_reason"].isMissing)
            #expect(session["calls"][0]["call_id"].string == Stage.caller.rawValue)
            #expect(session["calls"][0]["remote_number"].string == "79112233444")
            #expect(start.incoming?.toURI == "sip:anything@switchboard.tenant-one.voice.test")
            #expect(start.scenarios == [ScenarioSource(name: "bitrix24", text: "VoxEngine.terminate();")])
            #expect(start.trust == .account)
            #expect(try session.text("log_file_url").hasPrefix(start.logURL + "?"))
            let pattern =
                #/http://127\.0\.0\.1:\d+/request/16214d90008034a8\.1437727808\.225341_127\.0\.0\.1/[0-9a-f]{16}/#
            #expect(start.accessURL.wholeMatch(of: pattern) != nil)
        }
    }

    @Test func `a whole call is rated, recorded and ends in the history and the ledger`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            try await stage.give("1")
            _ = try await stage.admit(Self.user, to: "1")
            let agent = CallID(rawValue: "agent")
            try await stage.onLoop { stage in
                guard let script = stage.scripts.scripts.last else { return }
                script.services.customDataChanged(to: "the-data")
                script.control.execute(.callUser(agent, OutgoingUserCall(username: "user67", callerID: "79112233444")))
                script.control.execute(
                    .callUser(CallID(rawValue: "busy"), OutgoingUserCall(username: "phone67", callerID: "7")))
            }
            try await stage.dialled("busy")
            try await stage.onLoop { stage in
                guard let script = stage.scripts.scripts.last else { return }
                stage.legs.onEvent?(.connected(Stage.caller, headers: [:]))
                stage.legs.onEvent?(.connected(agent, headers: [:]))
                guard let target = stage.legs.recordingTarget(Stage.caller) else { return }
                stage.legs.onEvent?(.recordStarted(Stage.caller, url: target.url))
                stage.legs.onEvent?(
                    .failed(CallID(rawValue: "busy"), code: 487, reason: "Request Terminated", headers: [:]))
                stage.legs.onEvent?(.disconnected(agent, CallEnd(durationSeconds: 59, code: 200, reason: "OK")))
                stage.legs.onEvent?(.disconnected(Stage.caller, CallEnd(durationSeconds: 70, code: 200, reason: "OK")))
                stage.legs.onEvent?(.recordStopped(Stage.caller, url: target.url, durationSeconds: 65))
                script.terminate(.normalTermination)
            }
            let ends = try await stage.script { script in
                script.events.compactMap { event in if case .disconnected(_, let end) = event { end } else { nil } }
            }
            #expect(ends.map(\.cost) == [0.006, 0])
            #expect(ends.map(\.direction) == ["any outgoing voip", "any Incoming VoIP"])
            let session = try await stage.history()[0]
            #expect(session["finish_reason"].string == "Normal termination")
            #expect(session["custom_data"].string == "the-data")
            let calls = session["calls"].items
            #expect(calls.compactMap { $0["duration"].number } == [70, 59, 0])
            #expect(calls.compactMap { $0["successful"].flag } == [true, true, false])
            #expect(calls.compactMap { $0["cost"].decimal } == [0, 0.006, 0])
            #expect(session["records"][0]["duration"].number == 65)
            #expect(calls[0]["record_url"].string == session["records"][0]["record_url"].string)
            #expect(try await stage.tenant.call("GetAccountInfo")["result"]["balance"].decimal == 0.994)
            let isOver = try await stage.loop.submit { stage.legs.hasEnded }.get()
            #expect(isOver)
        }
    }

    @Test func `the history shows what is learned of a leg`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1", divertedFrom: "74950000000")
            #expect(try await stage.history()[0]["audio_quality"].string == "Standard")
            try await stage.onLoop { stage in
                stage.legs.onEvent?(.audioQuality(Stage.caller, isWideband: true))
                stage.legs.onEvent?(.audioQuality(Stage.caller, isWideband: false))
                stage.legs.onEvent?(.disconnected(Stage.caller, CallEnd(durationSeconds: 1, code: 200, reason: "OK")))
                stage.scripts.scripts.last?.services.callCustomDataChanged(Stage.caller, to: "order 7")
                stage.scripts.scripts.last?.services.callCustomDataChanged(CallID(rawValue: "nobody"), to: "x")
            }
            let session = try await stage.history()[0]
            #expect(session["audio_quality"].string == "HD")
            #expect(session["calls"].items.count == 1)
            #expect(session["calls"][0]["custom_data"].string == "order 7")
            #expect(session["calls"][0]["diversion_number"].string == "74950000000")
        }
    }

    @Test func `when the script breaks its legs are ended and the history says why`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.onLoop { $0.scripts.scripts.last?.crash() }
            let commands = try await stage.loop.submit { stage.legs.commands }.get()
            #expect(commands == [.hangup(Stage.caller, code: 500, headers: [:])])
            try await stage.onLoop { stage in
                stage.legs.onEvent?(.disconnected(Stage.caller, CallEnd(durationSeconds: 0, code: 500, reason: "x")))
            }
            let session = try await stage.history()[0]
            #expect(session["finish_reason"].string == "JS session error")
            #expect(session["calls"][0]["successful"].flag == false)
            let isOver = try await stage.loop.submit { stage.legs.hasEnded }.get()
            #expect(isOver)
        }
    }

    @Test func `when the script breaks its recorders end with it, and so does the session`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1")
            let recorder = UnitID(rawValue: "recorder")
            try await stage.onLoop { stage in
                guard let url = stage.legs.recordingTarget(recorder.call)?.url else { return }
                stage.legs.onEvent?(.unit(recorder, .recorderStarted(url: url)))
                stage.scripts.scripts.last?.crash()
                stage.legs.onEvent?(.disconnected(Stage.caller, CallEnd(durationSeconds: 0, code: 500, reason: "x")))
            }
            let (commands, isOver) = try await stage.loop.submit { (stage.legs.commands, stage.legs.hasEnded) }.get()
            #expect(commands.contains(.unit(recorder, .stopRecorder)) && !isOver)
            try await stage.onLoop { stage in
                stage.legs.onEvent?(.unit(recorder, .recorderStopped(url: "u", durationSeconds: 7)))
            }
            #expect(try await stage.history()[0]["records"][0]["duration"].number == 7)
            let isOverNow = try await stage.loop.submit { stage.legs.hasEnded }.get()
            #expect(isOverNow)
        }
    }

    @Test func `a control URL lives as long as its session`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1")
            let url = try await stage.script(\.start.accessURL)
            let path = String(url.dropFirst(platform.base.count))
            func deliver(_ path: String) async -> ControlURLAnswer {
                await stage.host.deliver(ControlURLRequest(method: "POST", path: path, content: "hi", headers: []))
            }
            #expect(await deliver(path) == .answered(body: "heard hi", contentType: "text/plain"))
            #expect(await deliver(path.dropLast() + "z") == .gone)
            try await stage.onLoop { $0.scripts.scripts.last?.terminate(.normalTermination) }
            #expect(await deliver(path) == .gone)
        }
    }

    @Test func `an account runs no more sessions than it may`() async throws {
        try await TestPlatform.run({ $0.limits.sessionsPerAccount = 1 }) { platform in
            let stage = try await Stage(platform)
            #expect(try await stage.admit(Self.user, to: "1") == .accepted)
            #expect(try await stage.admit(Self.user, to: "1") == .rejected(status: 503, reason: "Too Many Calls"))
            try await stage.onLoop { $0.scripts.scripts.last?.terminate(.normalTermination) }
            #expect(try await stage.admit(Self.user, to: "1") == .accepted)
        }
    }

    @Test func `scripts and the management API share one storage`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1")
            let put = stage.loop.flatSubmit {
                stage.scripts.scripts[0].services.storagePut(key: "line:1", value: "v", ttlSeconds: 60)
            }
            #expect(try await put.get().value == "v")
            let read = try await stage.tenant.call(
                "GetKeyValueItem", ["application_name": "switchboard", "key": "line:1"])
            #expect(read["result"]["value"].string == "v")
            let keys = stage.loop.flatSubmit {
                stage.scripts.scripts[0].services.storageKeys(pattern: "line:*", count: 5)
            }
            #expect(try await keys.get() == ["line:1"])
            let removed = stage.loop.flatSubmit { stage.scripts.scripts[0].services.storageRemove(key: "line:1") }
            #expect(try await removed.get()?.value == "v")
            let gone = stage.loop.flatSubmit { stage.scripts.scripts[0].services.storageGet(key: "line:1") }
            #expect(try await gone.get() == nil)
        }
    }

    @Test func `an account has as many entries as it may`() async throws {
        let time = ManualTime(UnixTime(seconds: 1_800_000_000))
        try await TestPlatform.run({ $0.scripts.usual.storageItems = 2 }, clock: { time.now }) { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1")
            @Sendable func put(_ key: String, ttl: Int) async throws {
                _ = try await stage.loop.flatSubmit {
                    stage.scripts.scripts[0].services.storagePut(key: key, value: "v", ttlSeconds: ttl)
                }.get()
            }
            try await put("a", ttl: 600)
            try await put("b", ttl: 60)
            await #expect(throws: LimitReached(.storageItems, allowed: 2)) { try await put("c", ttl: 60) }
            // What is there may be changed, and what has expired is not counted.
            try await put("b", ttl: 60)
            let api = ["application_name": "switchboard", "key": "c", "value": "v"]
            let refused = try await stage.tenant.call("SetKeyValueItem", api)
            #expect(refused.errorCode == 101 && refused.errorField == "key")
            time.now = UnixTime(seconds: 1_800_000_060)
            try await put("c", ttl: 60)
            await #expect(throws: LimitReached(.storageItems, allowed: 2)) { try await put("d", ttl: 60) }
            let removed = stage.loop.flatSubmit { stage.scripts.scripts[0].services.storageRemove(key: "a") }
            #expect(try await removed.get()?.key == "a")
            #expect(try await stage.tenant.call("SetKeyValueItem", api)["result"]["value"].string == "v")
        }
    }

    @Test func `sessions get the limits and the names of their account`() async throws {
        try await TestPlatform.run({ configuration in
            configuration.scripts.usual.runningRequests = 5
            configuration.scripts.accounts["tenant-one"] = AccountLimits()
            configuration.scripts.accounts["tenant-one"]?.callbackMilliseconds = 300
        }) { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1")
            let start = try await stage.script { $0.start }
            #expect(start.domainName == "switchboard.tenant-one.voice.test" && start.rule?.name == "incoming")
            let limits = start.limits
            #expect(limits.runningRequests == AccountLimits().runningRequests && limits.callbackMilliseconds == 300)
            #expect(platform.core.configuration.scripts.limits(of: "another").runningRequests == 5)
        }
    }

    @Test func `the shutdown waits for sessions and then starts none`() async throws {
        try await TestPlatform.run { platform in
            let stage = try await Stage(platform)
            _ = try await stage.admit(Self.user, to: "1")
            try await stage.onLoop { $0.host.drain() }
            let idle = stage.loop.flatSubmit { stage.host.whenIdle(within: .hours(1)) }
            #expect(try await stage.admit(Self.user, to: "1") == .rejected(status: 503, reason: "Service Unavailable"))
            try await stage.onLoop { $0.host.terminateAll(.administrative) }
            try await idle.get()
            #expect(try await stage.history()[0]["finish_reason"].string == "Terminated administratively")
        }
    }
}
