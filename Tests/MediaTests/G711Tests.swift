import CSpandsp
import Media
import Testing

@Suite struct G711Tests {
    @Test func `All samples are encoded as the reference library does`() {
        for sample in Int16.min...Int16.max {
            #expect(G711.muLaw.encode(sample) == linear_to_ulaw(Int32(sample)))
            #expect(G711.aLaw.encode(sample) == linear_to_alaw(Int32(sample)))
        }
    }

    @Test func `All octets are decoded as the reference library does, and back to themselves`() {
        for octet in UInt8.min...UInt8.max {
            #expect(G711.muLaw.decode(octet) == ulaw_to_linear(octet))
            #expect(G711.aLaw.decode(octet) == alaw_to_linear(octet))
            #expect(G711.aLaw.encode(G711.aLaw.decode(octet)) == octet)
            // µ-law has two zeros; the negative one is 0x7F.
            #expect(G711.muLaw.encode(G711.muLaw.decode(octet)) == (octet == 0x7F ? 0xFF : octet))
        }
    }

    @Test func `The ends of the scales are those of G.711`() {
        #expect(G711.muLaw.decode(0x80) == 32_124 && G711.muLaw.decode(0x00) == -32_124 && G711.muLaw.decode(0xFF) == 0)
        #expect(G711.aLaw.decode(0xAA) == 32_256 && G711.aLaw.decode(0x2A) == -32_256 && G711.aLaw.decode(0xD5) == 8)
        #expect(G711.muLaw.silence == 0xFF && G711.aLaw.silence == 0xD5)
    }

    @Test func `Buffers are converted up to the shorter one`() {
        let samples: [Int16] = [0, 1000, -1000, 32_767]
        var octets = [UInt8](repeating: 1, count: 3)
        var back = [Int16](repeating: 7, count: 5)
        samples.withUnsafeBufferPointer { samples in
            octets.withUnsafeMutableBytes { #expect(G711.aLaw.encode(samples, into: $0) == 3) }
        }
        octets.withUnsafeBytes { octets in
            back.withUnsafeMutableBufferPointer { #expect(G711.aLaw.decode(octets, into: $0) == 3) }
        }
        #expect(back[0] == 8 && abs(Int(back[1]) - 1000) <= 32 && abs(Int(back[2]) + 1000) <= 32)
        #expect(back.suffix(2) == [7, 7])
    }

    @Test func `Octets change their law by the tables of G.711`() {
        var octets = (UInt8.min...UInt8.max).map { $0 }
        octets.withUnsafeMutableBytes { G711.muLaw.transcode($0) }
        for octet in UInt8.min...UInt8.max {
            let direct = Int(G711.muLaw.decode(octet))
            let converted = Int(G711.aLaw.decode(octets[Int(octet)]))
            #expect(abs(direct - converted) <= max(16, abs(direct) / 16))
        }
        #expect(octets[0xFF] == 0xD5 && octets[0x80] == 0xAA)
        octets.withUnsafeMutableBytes { G711.aLaw.transcode($0) }
        #expect(octets[0x80] == 0x80 && octets[0x00] == 0x00)
    }
}
