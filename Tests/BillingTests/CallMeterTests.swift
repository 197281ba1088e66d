import Billing
import Testing

private func price(first: Int, next: Int, free: Int = 0) -> CallPrice {
    CallPrice(
        group: "g", perMinute: Money(millionths: 600_000, .eur), step: BillingStep(first: first, next: next),
        freeSeconds: free, setupFee: .zero(.eur))
}

/// Runs a meter in virtual time against a ledger that can pay until a second, and notes what happens when.
private struct Run {
    var meter: CallMeter
    var payable: Int
    var isReachable = true
    var delay = Duration.zero
    var log: [String] = []
    private var answers: [(at: Duration, through: Int)] = []
    private(set) var now = Duration.zero

    init(_ meter: CallMeter, payable: Int) {
        self.meter = meter
        self.payable = payable
    }

    /// Goes on until a moment or the end.
    mutating func run(to end: Duration) {
        perform(meter.advance(to: now))
        while let next = [meter.deadline, answers.map(\.at).min()].compactMap({ $0 }).min(), next <= end {
            now = max(now, next)
            if let index = answers.firstIndex(where: { $0.at <= now }) {
                let through = answers.remove(at: index).through
                perform(answer(through))
            } else {
                perform(meter.advance(to: now))
            }
        }
        now = end
    }

    private mutating func answer(_ through: Int) -> [CallMeter.Action] {
        guard isReachable else { return meter.failed(at: now) }
        let possible = min(through, payable)
        return possible > meter.paidThrough
            ? meter.granted(through: possible, at: now) : meter.refused(.insufficientFunds, at: now)
    }

    private mutating func perform(_ actions: [CallMeter.Action]) {
        for action in actions {
            switch action {
            case .reserve(let through):
                log.append("\(now.components.seconds) reserve \(through)")
                answers.append((now + delay, through))
            case .warn: log.append("\(now.components.seconds) warn")
            case .end(let reason):
                log.append("\(now.components.seconds) end \(reason == .noAnswer ? "unanswered" : "unpaid")")
            }
        }
    }
}

@Suite struct CallMeterTests {
    @Test func `each minute is held before it begins`() {
        var run = Run(CallMeter(price: price(first: 60, next: 60), paidThrough: 60), payable: .max)
        run.run(to: .seconds(200))
        #expect(run.log == ["30 reserve 120", "90 reserve 180", "150 reserve 240"])
        #expect(run.meter.paidThrough == 240)
    }

    @Test func `short steps are held together`() {
        var run = Run(CallMeter(price: price(first: 1, next: 1), paidThrough: 1), payable: .max)
        run.run(to: .seconds(100))
        #expect(run.log == ["0 reserve 61", "31 reserve 121", "91 reserve 181"])
        var other = Run(CallMeter(price: price(first: 30, next: 6), paidThrough: 30), payable: .max)
        other.run(to: .seconds(59))
        #expect(other.log == ["0 reserve 90"])
    }

    @Test func `the far end is warned and the leg ends where the money ends`() {
        var run = Run(CallMeter(price: price(first: 60, next: 60), paidThrough: 60), payable: 120)
        run.run(to: .seconds(1000))
        #expect(
            run.log == [
                "30 reserve 120", "90 reserve 180", "90 warn", "118 reserve 180",
                "120 end unpaid",
            ])
        #expect(run.meter.deadline == nil)
    }

    @Test func `part of what was asked for is talked, then it ends`() {
        var run = Run(CallMeter(price: price(first: 1, next: 1), paidThrough: 1), payable: 40)
        run.run(to: .seconds(1000))
        #expect(
            run.log == [
                "0 reserve 61", "10 warn", "38 reserve 100", "40 end unpaid",
            ])
    }

    @Test func `money that comes in time saves the call, and the next end is told again`() {
        var run = Run(CallMeter(price: price(first: 60, next: 60), paidThrough: 60), payable: 60)
        run.run(to: .seconds(50))
        run.payable = 120
        run.run(to: .seconds(300))
        #expect(
            run.log == [
                "30 reserve 120", "30 warn", "58 reserve 120", "90 reserve 180", "90 warn", "118 reserve 180",
                "120 end unpaid",
            ])
    }

    @Test func `without a warning it is asked late and ends as well`() {
        let policy = CallMeter.Policy(warning: 0)
        var run = Run(CallMeter(price: price(first: 60, next: 60), paidThrough: 60, policy: policy), payable: 60)
        run.run(to: .seconds(100))
        #expect(
            run.log == [
                "58 reserve 120", "58 reserve 120", "60 end unpaid",
            ])
    }

    @Test func `a ledger that does not answer ends the leg after the grace`() {
        var run = Run(CallMeter(price: price(first: 60, next: 60), paidThrough: 60), payable: .max)
        run.delay = .seconds(3600)
        run.run(to: .seconds(200))
        #expect(run.log == ["30 reserve 120", "65 end unanswered"])
    }

    @Test func `a ledger that fails is asked again each second`() {
        var run = Run(CallMeter(price: price(first: 60, next: 60), paidThrough: 60), payable: .max)
        run.isReachable = false
        run.run(to: .seconds(32))
        run.isReachable = true
        run.run(to: .seconds(60))
        #expect(run.log == ["30 reserve 120", "31 reserve 120", "32 reserve 120", "33 reserve 120"])
        run.isReachable = false
        run.run(to: .seconds(1000))
        #expect(run.log.last == "125 end unanswered")
        #expect(run.meter.paidThrough == 120)
    }

    @Test(arguments: UInt64(0)..<200)
    func `nobody talks longer than is held for, but for the grace`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let price = price(
            first: .random(in: 1...90, using: &generator), next: .random(in: 1...90, using: &generator),
            free: .random(in: 0...20, using: &generator))
        let policy = CallMeter.Policy(warning: .random(in: 0...60, using: &generator))
        var payable = price.firstStepEnd
        for _ in 0..<Int.random(in: 0...300, using: &generator) { payable = price.stepEnd(after: payable) }
        var run = Run(
            CallMeter(price: price, paidThrough: price.firstStepEnd, policy: policy), payable: payable)
        run.delay = .milliseconds(Bool.random(using: &generator) ? 0 : .random(in: 0...9000, using: &generator))
        while run.now < .seconds(payable + 100) {
            run.run(to: run.now + .milliseconds(.random(in: 1...20_000, using: &generator)))
        }
        let ends = run.log.filter { $0.contains("end") }
        #expect(ends.count == 1, "\(run.log)")
        let end = ends.first.flatMap { Int($0.prefix { $0 != " " }) } ?? .max
        #expect(end <= run.meter.paidThrough + policy.grace)
        if run.delay <= .milliseconds(400) { #expect(end == payable) }
    }
}
