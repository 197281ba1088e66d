import Billing
import CallControl
import NIOCore
import NIOPosix
import Storage
import Testing
import VoiceEngine

@testable import VoicePlatform

/// A host over fake legs and scripts, with one number that leads to a tenant's rule.
struct Stage: @unchecked Sendable {  // The fakes are touched on the event loop only.
    let platform: TestPlatform
    let tenant: Tenant
    let host: SessionHost
    let scripts: FakeScripts
    let legs: FakeLegs
    let clock: ManualCallClock
    let loop: any EventLoop

    static let number = "80012345"
    static let caller = CallID(rawValue: "16214d90008034a8.1437727808.225341")

    init(_ platform: TestPlatform) async throws {
        self.platform = platform
        tenant = try await platform.child("tenant-one")
        _ = try await tenant.furnish()
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        self.loop = loop
        let scripts = FakeScripts(eventLoop: loop)
        let legs = FakeLegs()
        self.scripts = scripts
        self.legs = legs
        let clock = ManualCallClock()
        self.clock = clock
        host = SessionHost(core: platform.core, eventLoop: loop, scripts: scripts, clock: clock) { legs }
    }

    /// Lets a second go by; what is asked of the ledger in it is answered when this returns.
    func passSecond(_ time: ManualTime) async throws {
        time.now = UnixTime(seconds: time.now.seconds + 1)
        try await onLoop { $0.clock.advance(by: .seconds(1)) }
        try await settle()
    }

    /// Returns when every question to the ledger is answered.
    func settle() async throws {
        await platform.core.history.flush()
        try await onLoop { _ in }
    }

    func rent() async throws {
        try await tenant.call(
            "AttachPhoneNumber",
            [
                "country_code": "DE", "phone_category_name": "TOLLFREE", "phone_region_id": "2",
                "phone_number": Self.number,
            ])
        try await tenant.call(
            "BindPhoneNumberToApplication", ["phone_number": Self.number, "application_name": "switchboard"])
    }

    func give(_ amount: String) async throws {
        try await platform.master.call(
            "TransferMoneyToChildAccount", ["child_account_id": "\(tenant.id)", "amount": amount])
    }

    func admit(
        _ source: CallSource, to destination: String, divertedFrom: String? = nil
    ) async throws -> Admission {
        let arrival = CallArrival(
            id: Self.caller, source: source, destination: destination, callerID: "79112233444", displayName: "Caller",
            remoteAddress: "10.0.0.9", headers: ["VI-Client-IP": "10.0.0.9"], divertedFrom: divertedFrom)
        return try await loop.flatSubmit { self.host.admit(arrival, legs: self.legs) }.get()
    }

    /// Returns when the engine was told to dial a leg to a user.
    func dialled(_ leg: String) async throws {
        try await loop.flatSubmit {
            legs.command(on: loop) { command in
                if case .callUser(let id, _) = command { id.rawValue == leg } else { false }
            }
        }.get()
    }

    /// Has the script dial a user.
    func dial(_ leg: String) async throws {
        try await onLoop { stage in
            stage.scripts.scripts.last?.control.execute(
                .callUser(CallID(rawValue: leg), OutgoingUserCall(username: "user67", callerID: "7")))
        }
    }

    /// Returns the status with which a leg that the script wanted has failed.
    func failure(of leg: String) async throws -> Int {
        try await loop.flatSubmit {
            scripts.scripts[0].event { event in
                if case .failed(let id, _, _, _) = event { id.rawValue == leg } else { false }
            }
        }.get()
        return try await script { script in
            script.events.compactMap { event in
                if case .failed(CallID(rawValue: leg), let code, _, _) = event { code } else { nil }
            }.first ?? 0
        }
    }

    func held() async throws -> Int64 {
        let id = AccountID(rawValue: Int64(tenant.id))
        let now = platform.core.clock()
        return try await platform.core.database.read {
            try LedgerStore(transaction: $0).funds(of: id, at: now).held.millionths
        }
    }

    func onLoop(_ work: @escaping @Sendable (Stage) -> Void) async throws {
        try await loop.submit { work(self) }.get()
    }

    func script<Value: Sendable>(_ read: @escaping @Sendable (FakeScript) throws -> Value) async throws -> Value {
        try await loop.submit { try read(try #require(scripts.scripts.last)) }.get()
    }

    func history() async throws -> Answer {
        await platform.core.history.flush()
        return try await tenant.call(
            "GetCallHistory",
            ["from_date": "2020-01-01", "to_date": "2100-01-01", "with_calls": "true", "with_records": "true"]
        )["result"]
    }
}
