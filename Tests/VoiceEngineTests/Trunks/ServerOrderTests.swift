import SIP
import Testing

@testable import VoiceEngine

@Suite("Order of a trunk's servers, and what it is shown")
struct ServerOrderTests {
    /// The same draws in every run.
    private struct Draws: RandomNumberGenerator {
        private var state: UInt64 = 1

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    private static func server(_ priority: Int, _ weight: Int) -> TrunkServer {
        TrunkServer(hop: SIPNextHop(host: "192.0.2.1", transport: .udp), priority: priority, weight: weight)
    }

    @Test func lowerPrioritiesComeFirstAndTheDeadLast() {
        let servers = [Self.server(20, 1), Self.server(10, 1), Self.server(30, 1)]
        var draws = Draws()
        #expect(ServerOrder.make(servers, isUsable: { _ in true }, using: &draws) == [1, 0, 2])
        #expect(ServerOrder.make(servers, isUsable: { $0 != 1 }, using: &draws) == [0, 2, 1])
        #expect(ServerOrder.make(servers, isUsable: { _ in false }, using: &draws) == [1, 0, 2])
        #expect(ServerOrder.make([], isUsable: { _ in true }, using: &draws) == [])
    }

    @Test func equalsShareTheCallsByWeight() {
        let servers = [Self.server(10, 3), Self.server(10, 1), Self.server(10, 0)]
        var draws = Draws()
        var firsts = [0, 0, 0]
        for _ in 0..<4000 {
            let order = ServerOrder.make(servers, isUsable: { _ in true }, using: &draws)
            #expect(order.sorted() == [0, 1, 2] && order.last == 2)
            firsts[order[0]] += 1
        }
        #expect((2850...3150).contains(firsts[0]) && firsts[2] == 0)
    }

    @Test(
        arguments: [
            ("74012000001", "74012000001"), ("+7 4012 00-00-01", "+7 4012 00-00-01"), ("74950000000", "74012000000"),
            ("", "74012000000"), ("office", "office"), ("other", "74012000000"), ("anonymous", "74012000000"),
        ])
    func aTrunkIsShownWhatItsRuleAllows(wanted: String, shown: String) {
        let rule = CallerIDRule(allowed: ["7401200*", "office"], standard: "74012000000")
        #expect(rule.shown(wanted) == shown)
        #expect(CallerIDRule().shown(wanted) == wanted)
    }

    @Test func whoseScenariosMayUseATrunkIsSaidByDomain() {
        let users = TrunkUsers(domains: ["App.Acme.test", ".other.test"])
        #expect(users.contains("app.acme.test") && users.contains("x.OTHER.test"))
        #expect(!users.contains("b.acme.test") && !users.contains("other.test") && !users.contains("x.another.test"))
        #expect(TrunkUsers().contains("anybody.test"))
    }
}
