import Media
import Testing

@Suite struct DigitInfoBodyTests {
    @Test(
        arguments: [
            ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5", 160),
            ("Application/DTMF-Relay; charset=utf-8", "signal = *\nduration = 90", "*", 90),
            ("application/dtmf-relay", "Duration=250\r\nSignal= #\r\n", "#", 250),
            ("application/dtmf-relay", "Signal=11\r\n", "#", nil), ("application/dtmf-relay", "Signal=d", "D", nil),
            ("application/dtmf-relay", "Signal=1\r\nDuration=-4", "1", nil),
            ("application/dtmf-relay", "7", "7", nil),
            ("application/dtmf", "9", "9", nil), ("application/dtmf", " 10 \r\n", "*", nil),
            ("application/dtmf", "A\r\n", "A", nil),
        ] as [(String, String, String, Int?)])
    func `Bodies are read in the forms that phones send`(type: String, body: String, digit: String, duration: Int?)
        throws
    {
        let read = try #require(DigitInfoBody(contentType: type, body: body))
        #expect(read.digit.description == digit)
        #expect(read.durationMilliseconds == duration)
    }

    @Test(arguments: [
        ("text/plain", "5"), ("application/dtmf", ""), ("application/dtmf", "55"), ("application/dtmf", "16"),
        ("application/dtmf", "x"), ("application/dtmf-relay", "Signal="), ("application/dtmf-relay", "Duration=100"),
        ("application/dtmf-relay", "Signal=123"), ("application/dtmf-relay", "Signal=05"),
        ("application/dtmf-relay", "Signal=5" + String(repeating: "\r\n", count: 300)), ("", ""),
    ])
    func `Bodies without a digit are refused`(type: String, body: String) {
        #expect(DigitInfoBody(contentType: type, body: body) == nil)
    }

    @Test func `Every digit survives writing and reading in both forms`() throws {
        for event in UInt8(0)..<16 {
            var body = DigitInfoBody(digit: try #require(DTMFDigit(event: event)), durationMilliseconds: 120)
            let relay = DigitInfoBody(contentType: "application/dtmf-relay", body: body.text)
            #expect(relay == body)
            body.type = .plain
            #expect(DigitInfoBody(contentType: "application/dtmf", body: body.text)?.digit == body.digit)
        }
        #expect(DigitInfoBody(digit: try #require(DTMFDigit("4"))).text == "Signal=4\r\nDuration=160\r\n")
    }

    @Test func `Mutated bodies never trap`() {
        let original = Array("Signal=5\r\nDuration=160\r\n".utf8)
        var generator = SeededGenerator(seed: 2)
        var readable = 0
        for _ in 0..<5000 {
            var bytes = original
            for _ in 0..<3 {
                bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if DigitInfoBody(contentType: "application/dtmf-relay", body: text) != nil { readable += 1 }
        }
        #expect(readable > 100)
    }

    @Test func `A dial string keeps digits and pauses and nothing else`() {
        let items = DialString("1p x#,a").items
        #expect(
            items == [
                .digit(DTMFDigit("1")!), .pause(milliseconds: 500), .digit(DTMFDigit("#")!), .pause(milliseconds: 500),
                .digit(DTMFDigit("A")!),
            ])
        #expect(DialString(String(repeating: "1", count: 1000)).items.count == 256)
    }
}
