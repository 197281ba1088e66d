import CallControl
import SIP
import Testing

@testable import VoiceEngine

@Suite("Transfers and take-overs over sockets", .serialized)
struct TransferTests {
    /// Anna has called Boris through the platform; both talk.
    private struct Talk {
        let anna: SIPStation
        let boris: SIPStation
        let session: EngineStage.Session
        let annasCall: SessionHandle
        let borissCall: SessionHandle
        let borissLeg: CallID

        init(_ stage: EngineStage) async throws {
            anna = try await stage.phone("anna")
            boris = try await stage.phone("boris")
            boris.answersAtOnce = true
            annasCall = try await anna.call("boris")
            session = try await stage.session()
            borissLeg = try await session.bridge(to: "boris")
            borissCall = try await boris.incoming().handle
            try await anna.next("answered", of: annasCall)
        }
    }

    private static func target(_ user: String) -> NameAddress {
        NameAddress(uri: SIPURI(user: user, host: EngineStage.domain))
    }

    @Test func aTransferThatNobodyHandlesIsDeclined() async throws {
        try await EngineStage.run { stage in
            let talk = try await Talk(stage)
            let call = talk.borissCall
            let id = try await talk.boris.perform { (agent, now) throws(UserAgentError) in
                try agent.refer(call, to: Self.target("clara"), at: now)
            }
            let event = try await talk.boris.next("referFinished", of: call)
            #expect(event == .referFinished(id, status: 603, reason: "Decline"))
        }
    }

    @Test(arguments: [TransferOutcome.succeeded, .failed(code: 486, reason: "Busy Here")])
    func aHandledTransferReachesTheScenarioAndItsOutcomeThePhone(outcome: TransferOutcome) async throws {
        try await EngineStage.run { stage in
            let talk = try await Talk(stage)
            let (call, leg) = (talk.borissCall, talk.borissLeg)
            try await talk.session.execute(.handleTransfers(leg, true))
            let id = try await talk.boris.perform { (agent, now) throws(UserAgentError) in
                try agent.refer(
                    call, to: Self.target("clara"), referredBy: Self.target("boris"),
                    headers: SIPHeaders([("X-Why", "lunch")]), at: now)
            }
            try await talk.session.events.first("the request") {
                $0
                    == .transferRequested(
                        leg, target: "clara",
                        headers: ["X-Why": "lunch", "Referred-By": "<sip:boris@\(EngineStage.domain)>"])
            }
            try await talk.boris.next("referProgress", of: call)
            try await talk.session.execute(.finishTransfer(leg, outcome))
            let event = try await talk.boris.next("referFinished", of: call)
            let status = outcome == .succeeded ? 200 : 486
            #expect(event == .referFinished(id, status: status, reason: SIPStatus.reason(status)))
        }
    }

    @Test func aForeignTargetIsGivenWhole() async throws {
        try await EngineStage.run { stage in
            let talk = try await Talk(stage)
            let (call, leg) = (talk.borissCall, talk.borissLeg)
            try await talk.session.execute(.handleTransfers(leg, true))
            _ = try await talk.boris.perform { (agent, now) throws(UserAgentError) in
                try agent.refer(
                    call, to: NameAddress(uri: SIPURI(user: "x", host: "elsewhere.example", port: 5070)), at: now)
            }
            try await talk.session.events.first("the request") {
                $0 == .transferRequested(leg, target: "sip:x@elsewhere.example:5070", headers: [:])
            }
        }
    }

    @Test func theScenarioTransfersTheFarEnd() async throws {
        try await EngineStage.run { stage in
            let talk = try await Talk(stage)
            let (call, leg) = (talk.borissCall, talk.borissLeg)
            try await talk.session.execute(.transfer(leg, TransferRequest(target: "clara", headers: ["X-A": "1"])))
            guard case .referReceived(let referral) = try await talk.boris.next("referReceived", of: call) else {
                return
            }
            #expect(referral.target.user == "clara" && referral.target.bareHost == EngineStage.domain)
            #expect(referral.headers.first("X-A") == "1" && referral.referredBy != nil)
            try await talk.boris.perform { (agent, now) throws(UserAgentError) in
                try agent.acceptRefer(call, referral.id, at: now)
                try agent.reportRefer(call, referral.id, status: 200, at: now)
            }
            try await talk.session.events.first("the completion") { $0 == .transferCompleted(leg, headers: [:]) }
        }
    }

    @Test func anAttendedTransferNamesTheOtherLegsDialog() async throws {
        try await EngineStage.run { stage in
            let talk = try await Talk(stage)
            let (own, leg) = (talk.session.caller, talk.borissLeg)
            try await talk.session.execute(.transfer(leg, TransferRequest(target: "", replacing: own)))
            guard case .referReceived(let referral) = try await talk.boris.next("referReceived", of: talk.borissCall)
            else { return }
            let replaces = try #require(referral.replaces)
            let dialog = try await talk.anna.perform { (agent, _) throws(UserAgentError) in
                agent.dialog(replacedBy: replaces)
            }
            #expect(dialog?.handle == talk.annasCall && dialog?.isEstablished == true)
        }
    }

    @Test(arguments: [("", "out-boris", 404), ("http://x", "out-boris", 404), ("clara", "nobody", 0)])
    func transfersThatCannotBeAskedForFail(target: String, leg: String, code: Int) async throws {
        try await EngineStage.run { stage in
            let talk = try await Talk(stage)
            let id = CallID(rawValue: leg)
            try await talk.session.execute(
                .transfer(id, TransferRequest(target: target)), .hangup(talk.borissLeg, code: 603, headers: [:]))
            try await talk.session.events.first("the end") { if case .disconnected = $0 { true } else { false } }
            let codes = talk.session.events.all.compactMap { event -> Int? in
                if case .transferFailed(_, let code, _, _) = event { code } else { nil }
            }
            #expect(codes == (code == 0 ? [] : [code]))
        }
    }

    /// Boris talks to Anna and asks Clara in a call of his own; then he puts them through.
    @Test(arguments: [true, false]) func aPhonePutsItsTwoCallsThrough(wantsReports: Bool) async throws {
        try await EngineStage.run { stage in
            let talk = try await Talk(stage)
            let clara = try await stage.phone("clara")
            clara.answersAtOnce = true
            let inquiry = try await talk.boris.call("clara")
            let second = try await stage.session()
            let clarasLeg = try await second.bridge(to: "clara")
            try await talk.boris.next("answered", of: inquiry)
            let (call, leg) = (talk.borissCall, talk.borissLeg)
            let headers =
                wantsReports ? SIPHeaders() : SIPHeaders([("Refer-Sub", "false"), (.require, "norefersub")])
            let id = try await talk.boris.perform { (agent, now) throws(UserAgentError) in
                let dialog = agent.replaceableDialog(of: inquiry)
                return try agent.refer(
                    call, to: Self.target("clara"), replaces: dialog?.replaces, headers: headers, at: now)
            }
            let outcome = try await talk.boris.next("referFinished", of: call)
            let (status, reason) = wantsReports ? (200, "OK") : (202, "Accepted")
            #expect(outcome == .referFinished(id, status: status, reason: reason))
            for handle in [call, inquiry] { try await talk.boris.next("ended", of: handle) }
            try await talk.session.events.first("Clara in Boris's place") {
                $0 == .replaced(leg, peer: "clara", displayName: "", headers: [:])
            }
            let own = second.caller
            try await second.events.first("Anna in Boris's place") {
                if case .replaced(own, peer: "anna", _, _) = $0 { true } else { false }
            }
            try await second.execute(.sendMessage(own, text: "hello"))
            try await talk.session.events.first("a text through the join") {
                $0 == .messageReceived(leg, text: "hello", headers: [:])
            }
            // Clara hangs up: her session ends Boris's old leg, and with it the other session's.
            try await clara.bye(clara.incoming().handle)
            try await second.events.first("Clara's end") {
                if case .disconnected(clarasLeg, _) = $0 { true } else { false }
            }
            try await second.execute(.hangup(own, code: 603, headers: [:]))
            for (session, ended) in [(second, own), (talk.session, leg)] {
                try await session.events.first("the end of the joined leg") {
                    if case .disconnected(ended, _) = $0 { true } else { false }
                }
            }
        }
    }

    @Test func nobodyPutsThroughWhatIsNotHis() async throws {
        try await EngineStage.run { stage in
            let talk = try await Talk(stage)
            let (eve, adam) = (
                try await stage.phone("eve", domain: EngineStage.foreignDomain),
                try await stage.phone("adam", domain: EngineStage.foreignDomain)
            )
            adam.answersAtOnce = true
            let call = try await eve.call("adam")
            let session = try await stage.session()
            _ = try await session.bridge(to: "adam")
            try await eve.next("answered", of: call)
            let annasCall = talk.annasCall
            let stolen = try await talk.anna.perform { (agent, _) throws(UserAgentError) in
                agent.replaceableDialog(of: annasCall)?.replaces
            }
            let foreign = try #require(stolen)
            for replaces in [foreign, Replaces(callID: "none", toTag: "a", fromTag: "b")] {
                _ = try await eve.perform { (agent, now) throws(UserAgentError) in
                    try agent.refer(call, to: Self.target("clara"), replaces: replaces, at: now)
                }
                guard case .referFinished(_, let status, _) = try await eve.next("referFinished", of: call) else {
                    return
                }
                #expect(status == 603)
                let theft = try await eve.call(
                    "sip:anna@\(EngineStage.foreignDomain)", headers: SIPHeaders([(.replaces, "\(replaces)")]))
                guard case .failed(let failure) = try await eve.next("failed", of: theft) else { return }
                #expect(failure.status == 481)
            }
            #expect(!talk.session.events.all.contains { if case .replaced = $0 { true } else { false } })
        }
    }

    /// Clara, a colleague of Anna's, has come to know her dialog.
    @Test func aColleaguesCallIsNotPutThrough() async throws {
        try await EngineStage.run { stage in
            let talk = try await Talk(stage)
            let (clara, dora) = (try await stage.phone("clara"), try await stage.phone("dora"))
            dora.answersAtOnce = true
            let call = try await clara.call("dora")
            let session = try await stage.session()
            _ = try await session.bridge(to: "dora")
            try await clara.next("answered", of: call)
            let annasCall = talk.annasCall
            let replaces = try await talk.anna.perform { (agent, _) throws(UserAgentError) in
                agent.replaceableDialog(of: annasCall)?.replaces
            }
            let id = try await clara.perform { (agent, now) throws(UserAgentError) in
                try agent.refer(call, to: Self.target("anna"), replaces: replaces, at: now)
            }
            let event = try await clara.next("referFinished", of: call)
            #expect(event == .referFinished(id, status: 603, reason: "Decline"))
        }
    }

    @Test(arguments: [true, false]) func anotherPhoneTakesOverACall(hasOffer: Bool) async throws {
        try await EngineStage.run { stage in
            let talk = try await Talk(stage)
            let clara = try await stage.phone("clara")
            let (call, leg) = (talk.borissCall, talk.borissLeg)
            let dialog = try await talk.boris.perform { (agent, _) throws(UserAgentError) in
                agent.replaceableDialog(of: call)
            }
            let replaces = try #require(dialog?.replaces)
            var early = replaces
            early.earlyOnly = true
            let refused = try await clara.call("boris", headers: SIPHeaders([(.replaces, "\(early)")]))
            guard case .failed(let failure) = try await clara.next("failed", of: refused) else { return }
            #expect(failure.status == 486)
            let taken = try await clara.call(
                "boris", headers: SIPHeaders([(.replaces, "\(replaces)"), ("X-By", "clara")]), hasOffer: hasOffer)
            try await clara.next("answered", of: taken)
            if !hasOffer {
                try await clara.perform { (agent, now) throws(UserAgentError) in
                    try agent.acknowledge(taken, description: SIPStation.description, at: now)
                }
            }
            try await talk.boris.next("ended", of: call)
            try await talk.session.events.first("the new far end") {
                $0 == .replaced(leg, peer: "clara", displayName: "clara", headers: ["X-By": "clara"])
            }
            try await clara.bye(taken)
            try await talk.session.events.first("the end") {
                if case .disconnected(leg, _) = $0 { true } else { false }
            }
            let late = try await clara.call("boris", headers: SIPHeaders([(.replaces, "\(replaces)")]))
            guard case .failed(let gone) = try await clara.next("failed", of: late) else { return }
            #expect(gone.status == 481)
        }
    }

    @Test func aCallThatRingsIsPickedUp() async throws {
        try await EngineStage.run { stage in
            let (anna, boris, clara) = (
                try await stage.phone("anna"), try await stage.phone("boris"), try await stage.phone("clara")
            )
            _ = try await anna.call("boris")
            let session = try await stage.session()
            let leg = CallID(rawValue: "ringing")
            try await session.execute(.callUser(leg, OutgoingUserCall(username: "boris", callerID: "anna")))
            let ringing = try await boris.incoming()
            try await boris.perform { (agent, now) throws(UserAgentError) in try agent.ring(ringing.handle, at: now) }
            try await session.events.first("ringing") { $0 == .ringing(leg, headers: [:]) }
            // Boris's phone tells its neighbours of the dialog by other means.
            let told = try await boris.sent.first("180") { $0.response?.status == 180 }.headers
            let replaces = Replaces(
                callID: try told.callID, toTag: try told.from.tag ?? "", fromTag: try told.to.tag ?? "",
                earlyOnly: true)
            let taken = try await clara.call("boris", headers: SIPHeaders([(.replaces, "\(replaces)")]))
            try await clara.next("answered", of: taken)
            try await boris.next("cancelled", of: ringing.handle)
            try await session.events.first("the pick-up") {
                if case .connected(leg, _, _) = $0 { true } else { false }
            }
            try await session.events.first("who it is") {
                if case .replaced(leg, peer: "clara", _, _) = $0 { true } else { false }
            }
        }
    }
}
