import CallControl
import Media

/// Digits of one far end: one report for each key press, however it travels.
///
/// The first telephone event ends in-band detection for good, because senders of events often leave the tones in the sound.
final class DigitReceiver {
    /// Level of each of the two tones below which a digit is over, in dBm0.
    private static let audible = -35.0
    private static let rows = [697.0, 770, 852, 941]
    private static let columns = [1209.0, 1336, 1477, 1633]

    private var events = TelephoneEventReceiver()
    private var detector: InBandDigitDetector?
    private var sounding: (row: Goertzel, column: Goertzel)?
    private var samples: [Int16] = Array(repeating: 0, count: 2048)
    /// The lower band holds the digits.
    private var g722: G722Decoder?

    init(kinds: Set<DTMFKind>) {
        detector = kinds.contains(.inBand) ? InBandDigitDetector() : nil
    }

    var detectsInBand: Bool { detector != nil }

    /// Changes what is listened for; a press in progress is not reported again.
    func setInBand(_ isWanted: Bool) {
        if isWanted {
            detector = detector ?? InBandDigitDetector()
        } else {
            detector = nil
            sounding = nil
        }
    }

    /// The digit that begins with this telephone event.
    func receiveEvent(_ payload: UnsafeRawBufferPointer, _ header: RTPHeader) -> Character? {
        events.receive(payload, header: header)?.character
    }

    /// Hears a packet of sound; true while a digit sounds that was reported.
    func hear(_ octets: UnsafeRawBufferPointer, _ codec: WireCodec, report: (Character) -> Void) -> Bool {
        guard let detector else { return false }
        var found: DTMFDigit?
        samples.withUnsafeMutableBufferPointer { buffer in
            let count = decode(octets, codec, into: buffer)
            let sound = UnsafeBufferPointer(rebasing: buffer[..<count])
            detector.process(sound) { found = $0 }
            if found == nil, let sounding {
                let level = min(sounding.row.dBm0(in: sound), sounding.column.dBm0(in: sound))
                if level < Self.audible { self.sounding = nil }
            }
        }
        if let found {
            sounding = Self.tones(of: found)
            report(found.character)
        }
        return sounding != nil
    }

    private func decode(
        _ octets: UnsafeRawBufferPointer, _ codec: WireCodec, into buffer: UnsafeMutableBufferPointer<Int16>
    ) -> Int {
        if let law = codec.law { return law.decode(octets, into: buffer) }
        let decoder = g722 ?? G722Decoder(.narrow)
        g722 = decoder
        return decoder?.decode(octets, into: buffer) ?? 0
    }

    /// The pair of tones of ITU-T Q.23.
    private static func tones(of digit: DTMFDigit) -> (row: Goertzel, column: Goertzel)? {
        let keys = Array("123A456B789C*0#D")
        guard let index = keys.firstIndex(of: digit.character) else { return nil }
        return (Goertzel(frequency: rows[index / 4]), Goertzel(frequency: columns[index % 4]))
    }
}
