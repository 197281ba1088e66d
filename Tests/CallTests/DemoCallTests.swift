import Foundation
import Media
import Testing

@testable import Switchboard

/// The demo call over real sockets: its session log, its sound, its history.
@Suite(.serialized) struct DemoCallTests {
    @Test func theCallHappensStepByStepAndIsHeardAndRecorded() async throws {
        try await TestInstallation.run { installation in
            let report = try await installation.demo.call { _ in }
            try checkSteps(report)
            try checkHistory(report)
            try checkRecording(report)
            try checkWhatIsHeard(report)
            try checkSecrets(installation, report)
        }
    }

    private func checkSteps(_ report: DemoReport) throws {
        let golden = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/incoming-call.steps")
        let expected = try String(contentsOf: golden, encoding: .utf8).split(separator: "\n").map(String.init)
        let log = try String(contentsOfFile: report.sessionLog, encoding: .utf8)
        let steps = SessionLogSteps(log: log).steps
        #expect(steps == expected, "difference: \(steps.difference(from: expected))")
        for line in log.split(separator: "\n") {
            let stamp = line.prefix(19)
            #expect(stamp.count == 19 && stamp.dropFirst(10).first == " ", "no time stamp: \(line)")
        }
    }

    private func checkHistory(_ report: DemoReport) throws {
        #expect(report.history["PORTAL_USER_ID"] as? String == "67")
        #expect(report.history["CALL_STATUS"] as? String == "true")
        #expect(report.history["PHONE_NUMBER"] as? String == DemoCompany.customerNumber)
        #expect(report.cost == "0.00 USD")
        let codes = (report.route["explanation"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
        #expect(codes.contains("crm.match"), "the route says that the CRM decided: \(codes)")
    }

    /// Both voices are in the recording; while the caller is held, his music is there and the employee's voice is not.
    private func checkRecording(_ report: DemoReport) throws {
        let whole = ToneTrack(try AudioDecoder().decode(path: report.recording))
        let track = try #require(whole.fromSteady(1000), "the employee's voice")
        #expect(track.seconds(of: 440) > 3, "the caller's voice")
        #expect(track.seconds(of: 1000) > 3, "the employee's voice")
        let pauses = track.gaps(of: 1000, atLeast: 3)
        #expect(pauses.count == 1, "one hold in the employee's voice: \(pauses)")
        guard let hold = pauses.first else { return }
        let before = track.levels(1000).prefix(Int(hold.lowerBound * 20)).count { $0 > -25 }
        let after = track.levels(1000).dropFirst(Int(hold.upperBound * 20)).count { $0 > -25 }
        #expect(before > 20 && after > 20, "he is heard before and after the hold: \(before), \(after) blocks")
    }

    private func checkWhatIsHeard(_ report: DemoReport) throws {
        let whole = ToneTrack(try AudioDecoder().decode(path: report.callerHeard))
        let caller = try #require(whole.fromSteady(1000), "the caller hears the employee")
        #expect(caller.seconds(of: 1000) > 3)
        // The ring-back tone before the talk has 440 Hz too.
        #expect(caller.seconds(of: 440) == 0, "the caller does not hear himself")
        #expect(caller.gaps(of: 1000, atLeast: 3).count == 1, "the caller hears music while he is held")
        let employee = ToneTrack(try AudioDecoder().decode(path: report.employeeHeard))
        #expect(employee.seconds(of: 440) > 3, "the employee hears the caller")
        #expect(employee.seconds(of: 1000) == 0, "the employee does not hear himself")
        #expect(employee.gaps(of: 440, atLeast: 3).count == 1, "the employee hears nothing of a held caller")
        // The employee's recording begins with his answer: how long until the caller is heard?
        let delay = try #require(employee.start(of: 440))
        #expect(delay <= 0.1, "the caller was heard \(delay) s after the answer")
    }

    /// Nothing that a log must not hold is in the call's log.
    private func checkSecrets(_ installation: TestInstallation, _ report: DemoReport) throws {
        let log = try String(contentsOfFile: report.sessionLog, encoding: .utf8)
        let secrets = installation.demo.installation.secrets
        for secret in [secrets.licenceKey, secrets.operatorToken] + Array(secrets.masterKeys.values) {
            #expect(!log.contains(secret))
        }
        for account in report.accounts {
            #expect(!log.contains(account.userPassword) && !log.contains(account.phonePassword))
        }
    }
}
