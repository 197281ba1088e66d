import SIP
import Testing

@Suite("Order of a service's places (RFC 2782)")
struct ServiceOrderTests {
    /// The same draws in every run.
    private struct Draws: RandomNumberGenerator {
        private var state: UInt64 = 1

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    private static func record(_ name: String, _ priority: UInt16, _ weight: UInt16) -> ServiceRecord {
        ServiceRecord(target: name, port: 5060, priority: priority, weight: weight)
    }

    @Test func lowerPrioritiesComeFirstWhateverTheirWeight() {
        var draws = Draws()
        let records = [Self.record("c", 30, 900), Self.record("a", 1, 0), Self.record("b", 20, 5)]
        for _ in 0..<50 {
            #expect(ServiceOrder.make(records, using: &draws).map(\.target) == ["a", "b", "c"])
        }
        #expect(ServiceOrder.make([], using: &draws).isEmpty)
    }

    @Test func equalsAreDrawnByWeight() {
        var draws = Draws()
        let records = [Self.record("much", 10, 60), Self.record("little", 10, 20), Self.record("none", 10, 0)]
        var firsts: [String: Int] = [:]
        var seconds: [String: Int] = [:]
        for _ in 0..<8100 {
            let order = ServiceOrder.make(records, using: &draws).map(\.target)
            #expect(order.sorted() == ["little", "much", "none"])
            firsts[order[0], default: 0] += 1
            seconds[order[1], default: 0] += 1
        }
        // 81 draws: one is that of weight 0, 20 and 60 the others'.
        #expect((5800...6200).contains(firsts["much"] ?? 0))
        #expect((1850...2150).contains(firsts["little"] ?? 0))
        #expect((50...160).contains(firsts["none"] ?? 0))
        #expect((seconds["little"] ?? 0) > 5500)
    }

    @Test func theLargestWeightsDoNotOverflow() {
        var draws = Draws()
        let records = (0..<100).map { Self.record("\($0)", 0, .max) }
        #expect(ServiceOrder.make(records, using: &draws).count == 100)
    }
}
