import Media
import SIP
import Testing

@testable import Switchboard

/// Digits from phones that nobody here wrote reach a scenario in each of the three forms.
@Suite(.serialized) struct InteropDigitTests {
    /// Reports digits with their kind and sends some back when the last has come.
    private static let scenario = """
        VoxEngine.addEventListener(AppEvents.CallAlerting, ({ call }) => {
          let digits = '';
          call.addEventListener(CallEvents.ToneReceived, ({ tone, type }) => {
            digits += tone;
            Logger.write(`digits ${digits} of kind ${type}`);
            if (tone !== '#') return;
            call.sendDigits('42');
            setTimeout(() => call.hangup(), 1500);
          });
          call.addEventListener(CallEvents.Disconnected, VoxEngine.terminate);
          call.handleTones(true);
          call.answer();
        });
        """

    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func telephoneEventsOfBaresip(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.scenario }) { office in
            try await office.first.control.perform("dial", "sip:700@\(office.domain)")
            try await office.first.control.event("CALL_ESTABLISHED", opposite: "CALL_CLOSED")
            try await office.first.control.perform("sndcode", "159*0#")
            try await office.logged("digits 159*0# of kind 1")
            for digit in ["4", "2"] {
                #expect(try await office.first.control.event("CALL_DTMF_START") == digit, "telephone events come back")
            }
            try await office.first.control.event("CALL_CLOSED")
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func infoOfSipp(transport: SIPTransportKind) async throws {
        var script = SippScript(InteropOffice.customer, takesEvents: false)
        for digit in ["1", "5"] {
            script.ask(
                "INFO", fields: ["Content-Type": "application/dtmf-relay"],
                body: "Signal=\(digit)\nDuration=160", status: 200)
        }
        for digit in ["*", "#"] {
            script.ask("INFO", fields: ["Content-Type": "application/dtmf"], body: digit, status: 200)
        }
        // A phone that sends its digits so gets them so.
        for digit in ["4", "2"] { script.expect("INFO", holding: digit) }
        script.expect("BYE")
        try await check(script, transport, kind: 3, digits: "15*#")
    }

    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func tonesInTheSoundOfSipp(transport: SIPTransportKind) async throws {
        var script = SippScript(InteropOffice.customer, takesEvents: false)
        script.play("digits.raw", forEver: false)
        script.expect("BYE")
        let sound = try Self.sound(of: "1590*#")
        try await check(script, transport, kind: 2, digits: "1590*#", sounds: ["digits.raw": sound])
    }

    /// Over TLS the tones are encrypted.
    @Test(.timeLimit(.minutes(2)), arguments: InteropOffice.transports)
    func tonesInTheSoundOfBaresip(transport: SIPTransportKind) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.scenario }) { office in
            try await office.third(sound: try Self.sound(of: "1590*#")) { phone in
                try await phone.control.perform("dial", "sip:700@\(office.domain)")
                try await phone.control.event("CALL_ESTABLISHED", opposite: "CALL_CLOSED")
                try await office.logged("digits 1590*# of kind 2")
                try await phone.control.event("CALL_CLOSED")
            }
        }
    }

    private func check(
        _ script: SippScript, _ transport: SIPTransportKind, kind: Int, digits: String,
        sounds: [String: [Int16]] = [:]
    ) async throws {
        try await InteropOffice.run(transport, scenario: { _ in Self.scenario }) { office in
            try await office.sipp("customer") { customer in
                try await office.call(DemoCompany.number, by: customer, as: script, sounds: sounds)
                try await office.logged("digits \(digits) of kind \(kind)")
                try await customer.succeed()
            }
        }
    }

    /// Digits as a keypad makes them: 100 ms of two tones, 100 ms of silence (ITU-T Q.23, Q.24).
    private static func sound(of digits: String) throws -> [Int16] {
        let rows = [697, 770, 852, 941]
        let columns = [1209, 1336, 1477]
        let keys = Array("123456789*0#")
        var samples = [Int16](repeating: 0, count: PCMClip.sampleRate / 2)
        for digit in digits {
            let key = try #require(keys.firstIndex(of: digit))
            let script = "\(rows[key / 3])@-10,\(columns[key % 3])@-10;0.2(0.1/0.1/1+2)"
            var generator = ToneGenerator(try ToneScript(parsing: script))
            var block = [Int16](repeating: 0, count: PCMClip.sampleRate / 5)
            block.withUnsafeMutableBufferPointer { buffer in _ = generator.fill(buffer) }
            samples += block
        }
        return samples + [Int16](repeating: 0, count: 4 * PCMClip.sampleRate)
    }
}
