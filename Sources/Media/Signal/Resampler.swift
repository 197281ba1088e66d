#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Changes the sample rate of a stream by a polyphase windowed-sinc low-pass.
///
/// Flat up to 85 % of the lower rate's half, 70 dB down from 103 % on. Output sample n stands for the instant of input
/// sample n × input rate ÷ output rate: there is no delay.
public struct Resampler: Sendable {
    /// Zero crossings of the sinc on each side, at the lower rate.
    private static let crossings = 24
    /// Shape of the Kaiser window for 70 dB.
    private static let beta = 6.75
    /// Phases that a table has at most; rates without a small ratio take the nearest one.
    private static let maximumPhases = 2048

    /// Hz.
    public let inputRate: Int
    /// Hz.
    public let outputRate: Int
    /// Steps of the position for one input sample, and for one output sample.
    private let up: Int
    private let down: Int
    private let phases: Int
    private let half: Int
    private let taps: Int
    private let coefficients: [Float]
    private var history: [Float]
    /// Index in `history`, and steps behind it, of the next output's centre.
    private var centre: Int
    private var steps = 0
    private var consumed = 0
    private var produced = 0

    /// Rates in Hz; values outside 1000…384000 are brought inside.
    public init(from inputRate: Int, to outputRate: Int = 8000) {
        self.inputRate = max(1000, min(inputRate, 384_000))
        self.outputRate = max(1000, min(outputRate, 384_000))
        let divisor = Self.commonDivisor(self.inputRate, self.outputRate)
        up = self.outputRate / divisor
        down = self.inputRate / divisor
        phases = min(up, Self.maximumPhases)
        let scale = max(1, Double(self.inputRate) / Double(self.outputRate))
        half = Int((Double(Self.crossings) * scale).rounded(.up))
        // A multiple of four, for the loop over the taps.
        taps = (2 * half + 4) & ~3
        coefficients = Self.table(phases: phases, taps: taps, half: half, scale: scale)
        history = Array(repeating: 0, count: half)
        centre = half
    }

    /// Takes input samples in −1…1 and appends the output that can be made of them.
    public mutating func process(_ input: UnsafeBufferPointer<Float>, into output: inout [Int16]) {
        consumed += input.count
        guard inputRate != outputRate else {
            for sample in input { output.append(Self.integer(sample)) }
            produced += input.count
            return
        }
        history.append(contentsOf: input)
        emit(limit: Int.max, into: &output)
        let used = min(centre - half, history.count)
        if used > 0 {
            history.removeFirst(used)
            centre -= used
        }
    }

    /// Feeds silence up to the first output, so that from then on output comes with every input, as late as the filter is.
    mutating func leadIn(into output: inout [Int16]) {
        guard inputRate != outputRate else { return }
        let silence = [Float](repeating: 0, count: taps - half - 1)
        silence.withUnsafeBufferPointer { process($0, into: &output) }
    }

    /// Appends what is still inside; the output then has as many samples as the input's length asks for.
    public mutating func finish(into output: inout [Int16]) {
        guard inputRate != outputRate else { return }
        history.append(contentsOf: repeatElement(0, count: taps + down))
        emit(limit: (consumed * up + down - 1) / down, into: &output)
    }

    private mutating func emit(limit: Int, into output: inout [Int16]) {
        coefficients.withUnsafeBufferPointer { table in
            history.withUnsafeBufferPointer { history in
                while centre - half + taps <= history.count, produced < limit {
                    let row = table.baseAddress.map { $0 + steps * phases / up * taps }
                    if let row, let start = history.baseAddress {
                        output.append(Self.integer(Self.product(start + (centre - half), row, taps)))
                    }
                    produced += 1
                    steps += down
                    centre += steps / up
                    steps %= up
                }
            }
        }
    }

    /// Four sums at once, so that the compiler may use vector registers; `count` is a multiple of four.
    private static func product(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ count: Int) -> Float {
        var sums: (Float, Float, Float, Float) = (0, 0, 0, 0)
        var index = 0
        while index < count {
            sums.0 += left[index] * right[index]
            sums.1 += left[index + 1] * right[index + 1]
            sums.2 += left[index + 2] * right[index + 2]
            sums.3 += left[index + 3] * right[index + 3]
            index += 4
        }
        return (sums.0 + sums.1) + (sums.2 + sums.3)
    }

    private static func integer(_ sample: Float) -> Int16 {
        guard sample.isFinite else { return 0 }
        return Int16(max(-32_768, min(32_767, (sample * 32_768).rounded())))
    }

    /// Row p holds the low-pass, shifted by p ÷ phases of an input sample; each row sums up to one.
    private static func table(phases: Int, taps: Int, half: Int, scale: Double) -> [Float] {
        // The pass band ends a little below the half rate, so that the stop band begins there.
        let cutoff = 0.94 / scale
        var table: [Float] = []
        table.reserveCapacity(phases * taps)
        for phase in 0..<phases {
            let shift = Double(phase) / Double(phases)
            let row = (0..<taps).map { tap -> Double in
                let distance = Double(tap - half) - shift
                return sinc(distance * cutoff) * window(distance / Double(half + 1))
            }
            let sum = row.reduce(0, +)
            table.append(contentsOf: row.map { Float($0 / sum) })
        }
        return table
    }

    private static func sinc(_ value: Double) -> Double {
        value == 0 ? 1 : sin(Double.pi * value) / (Double.pi * value)
    }

    /// Kaiser's window on −1…1, not scaled: the rows are brought to a sum of one anyway.
    private static func window(_ value: Double) -> Double {
        guard abs(value) < 1 else { return 0 }
        return bessel(beta * (1 - value * value).squareRoot())
    }

    /// The modified Bessel function of the first kind, order 0.
    private static func bessel(_ value: Double) -> Double {
        var sum = 1.0
        var term = 1.0
        for index in 1...40 {
            term *= (value / 2 / Double(index)) * (value / 2 / Double(index))
            sum += term
        }
        return sum
    }

    private static func commonDivisor(_ left: Int, _ right: Int) -> Int {
        right == 0 ? left : commonDivisor(right, left % right)
    }
}
