import Foundation
import Media
import Testing

@testable import Switchboard

/// The demo's call with programs that nobody here wrote: sipp is the customer, baresip the employee's phone.
@Suite(.serialized) struct InteropTests {
    @Test(.timeLimit(.minutes(3))) func theEmployeeAnswersInHisBrowserAndTalksWithBaresip() async throws {
        try await InteropCall.run(.browser) { call in
            let browser = try await call.installation.browser()
            var events = try await browser.events().makeAsyncIterator()
            try call.ring()
            let id = try await invitation(&events)
            for button in ["received", "answer", "ready"] { try await browser.press(button, call: id) }
            try await call.converse()
            try await checkSteps(call, golden: "interop-browser")
            try await checkCall(call, device: "WEBRTC")
        }
    }

    @Test(.timeLimit(.minutes(3))) func theEmployeeAnswersWithBaresipAsHisDeskPhone() async throws {
        try await InteropCall.run(.desk) { call in
            try call.ring()
            try await call.converse()
            try await checkSteps(call, golden: "interop-desk")
            try await checkCall(call, device: "PHONE")
        }
    }

    private func invitation(
        _ events: inout AsyncThrowingStream<EmployeeBrowser.Event, any Error>.Iterator
    ) async throws -> String {
        while let event = try await events.next() {
            if event.name == "invite", let id = event.data["callId"] { return id }
        }
        throw EmployeeBrowser.Failure(description: "The portal ended its events before it announced the call.")
    }

    /// The golden steps are in the session log in their order; others, which race with them, may stand between.
    private func checkSteps(_ call: InteropCall, golden: String) async throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
        let expected = try String(contentsOf: folder.appending(path: "\(golden).steps"), encoding: .utf8)
        let log = try await call.installation.finishedLog(with: "Session terminated")
        let steps = SessionLogSteps(log: log).steps
        var rest = steps[...]
        for step in expected.split(separator: "\n").map(String.init) {
            let position = try #require(rest.firstIndex(of: step), "'\(step)' is not in its place: \(steps)")
            rest = rest[(position + 1)...]
        }
        for step in ["event Call.AudioStarted IN", "event Call.Connected IN"] {
            try #require(steps.contains(step), "'\(step)' is missing: \(steps)")
        }
    }

    private func checkCall(_ call: InteropCall, device: String) async throws {
        let row = try await call.installation.finishedCall()
        let history = try #require(row["history"] as? [String: Any])
        try #require(history["CALL_STATUS"] as? String == "true")
        try #require(history["CALL_DEVICE"] as? String == device)
        try #require(history["PORTAL_USER_ID"] as? String == "67")
        try #require(history["PHONE_NUMBER"] as? String == DemoCompany.customerNumber)
        try #require(try await call.installation.callCount() == 1, "the call is in the history once")
        try checkRecording(try await call.installation.recording(of: history["CALL_ID"]))
        try checkWhatIsHeard(try call.phone.heard())
        let packets = try await call.phone.packetsReceived()
        try #require(packets > 250, "three seconds before the hold and three after it reach the phone: \(packets)")
    }

    /// Both voices are in the recording, but for the employee's while he holds the call.
    private func checkRecording(_ path: String) throws {
        let whole = ToneTrack(try AudioDecoder().decode(path: path))
        let track = try #require(whole.fromSteady(BaresipPhone.voice), "the employee's voice")
        try #require(track.seconds(of: SippCaller.voice) > 3, "the caller's voice")
        try #require(track.seconds(of: BaresipPhone.voice) > 3, "the employee's voice")
        let holds = track.gaps(of: BaresipPhone.voice, atLeast: 2)
        try #require(holds.count == 1, "one hold in the employee's voice: \(holds)")
    }

    private func checkWhatIsHeard(_ clip: PCMClip) throws {
        let track = ToneTrack(clip)
        try #require(track.seconds(of: SippCaller.voice) > 1.5, "the employee hears the caller")
        try #require(track.seconds(of: BaresipPhone.voice) == 0, "the employee does not hear himself")
        let delay = try #require(track.start(of: SippCaller.voice))
        try #require(delay <= 0.1, "the caller was heard \(delay) s after the answer")
    }
}

extension TestInstallation {
    /// How many calls the controller knows.
    fileprivate func callCount() async throws -> Int {
        (try await portalSession.ask("FindCalls", [:])["result"] as? [[String: Any]])?.count ?? 0
    }
}
