import Testing

@testable import SIP

@Suite("The queue of deadlines")
struct DeadlineQueueTests {
    @Test("Keys come in the order of their deadlines, whatever was moved and removed before", arguments: UInt64(1)...5)
    func order(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var queue = DeadlineQueue<Int>()
        var model: [Int: UInt64] = [:]
        for _ in 0..<5000 {
            let key = Int.random(in: 0..<200, using: &generator)
            let time = Bool.random(using: &generator) ? UInt64.random(in: 1...1000, using: &generator) : nil
            model[key] = time
            queue.set(key, to: time.map { SIPInstant(nanoseconds: $0) })
            #expect(queue.nextDeadline?.nanoseconds == model.values.min())
        }
        var times: [UInt64] = []
        while let key = queue.popDue(at: SIPInstant(nanoseconds: 1000)) {
            if let time = model.removeValue(forKey: key) { times.append(time) }
        }
        #expect(model.isEmpty && times == times.sorted() && queue.nextDeadline == nil)
    }

    @Test("Nothing comes before its time")
    func early() {
        var queue = DeadlineQueue<String>()
        queue.set("a", to: SIPInstant(nanoseconds: 10))
        #expect(queue.popDue(at: SIPInstant(nanoseconds: 9)) == nil)
        #expect(queue.popDue(at: SIPInstant(nanoseconds: 10)) == "a")
    }

    @Test("Instants stay at the ends of their range")
    func instants() {
        let late = SIPInstant(nanoseconds: .max)
        #expect(late + .seconds(1) == late)
        #expect(SIPInstant(nanoseconds: 5) + .seconds(-1) == SIPInstant(nanoseconds: 0))
        #expect(SIPInstant(nanoseconds: 5).duration(to: SIPInstant(nanoseconds: 8)) == .nanoseconds(3))
        #expect(SIPInstant(nanoseconds: 8).duration(to: SIPInstant(nanoseconds: 5)) == .nanoseconds(-3))
        #expect(SIPInstant(nanoseconds: 0) + .seconds(Int64.max) == SIPInstant(nanoseconds: UInt64(Int64.max)))
    }
}
