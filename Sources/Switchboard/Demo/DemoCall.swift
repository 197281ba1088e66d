import Foundation
import Media
import SIP

/// The demo's call from the first ring to the end, with everybody doing his part over real sockets.
///
/// Nothing here waits for a time when it can wait for an event; the pauses are those of people.
struct DemoCall {
    let phones: DemoPhones
    let browser: EmployeeBrowser
    /// Where the phones write what they hear.
    let directory: String

    struct Outcome: Sendable {
        var callID: String
        var callerHeard: String
        var employeeHeard: String
    }

    func run() async throws -> Outcome {
        let heard = (caller: "\(directory)/caller-heard.wav", employee: "\(directory)/employee-heard.wav")
        try await phones.caller.play(try DemoPhones.tone(440), loop: true)
        try await phones.computer.play(try DemoPhones.tone(1000), loop: true)
        try await phones.caller.hear(to: heard.caller)
        try await phones.computer.hear(to: heard.employee)
        var events = try await browser.events().makeAsyncIterator()

        let outgoing = try await phones.caller.call(DemoCompany.number)
        let callID = try await invitation(&events)
        // The browser shows the card, he clicks, the browser's phone is ready.
        try await browser.press("received", call: callID)
        try await browser.press("answer", call: callID)
        try await browser.press("ready", call: callID)
        let talk = try await answer()
        try await phones.caller.journal.first("the answer") { $0 == .answered(outgoing) }
        try await converse(talk)
        // The caller's confirmation of the end takes its time; meanwhile the employee is free for the next call.
        try await phones.caller.holdBack(true)
        try await phones.computer.hangUp(talk)
        try await phones.computer.journal.first("the end of the call") {
            if case .ended(talk, _) = $0 { true } else { false }
        }
        try await browser.press("skip", call: callID)
        try await phones.caller.holdBack(false)
        try await phones.caller.journal.first("the end of the call") {
            if case .ended(outgoing, _) = $0 { true } else { false }
        }
        for phone in [phones.caller, phones.computer] {
            try await phone.journal.first("the recording") { if case .recorded = $0 { true } else { false } }
        }
        return Outcome(callID: callID, callerHeard: heard.caller, employeeHeard: heard.employee)
    }

    private func invitation(
        _ events: inout AsyncThrowingStream<EmployeeBrowser.Event, any Error>.Iterator
    ) async throws -> String {
        while let event = try await events.next() {
            if event.name == "invite", let id = event.data["callId"] { return id }
        }
        throw EmployeeBrowser.Failure(description: "The portal ended its events before it announced the call.")
    }

    /// Both devices of the second login ring; he takes the call on his computer.
    private func answer() async throws -> SessionHandle {
        let event = try await phones.computer.journal.first("the call") {
            if case .incoming = $0 { true } else { false }
        }
        try await phones.mobile.journal.first("the call") { if case .incoming = $0 { true } else { false } }
        guard case .incoming(let handle, _) = event else { throw PhoneError.registrationRefused(status: nil) }
        try await pause(0.5)
        try await phones.computer.answer(handle)
        return handle
    }

    private func converse(_ talk: SessionHandle) async throws {
        let meter = #"{"COMMAND":"meter","PERCENT":100,"GRADE":5}"#
        try await pause(2)
        try await phones.computer.send(#"{"COMMAND":"hold"}"#, in: talk)
        try await phones.computer.send(meter, in: talk)
        try await pause(0.5)
        try await phones.computer.send(meter, in: talk)
        // The desk phone's confirmation of its cancellation is on a slow way; the caller is taken back once it is there.
        try await phones.desk.journal.first("the end of the cancelled call", within: .seconds(40)) {
            $0 == .endAcknowledged
        }
        try await pause(0.5)
        try await phones.computer.send(#"{"COMMAND":"unhold"}"#, in: talk)
        try await pause(1)
        try await phones.computer.send(meter, in: talk)
        try await pause(2)
    }

    /// People take their time.
    private func pause(_ seconds: Double) async throws { try await Task.sleep(for: .seconds(seconds)) }
}
