import Billing
import Testing

@Suite struct WarningStateTests {
    private static func rub(_ units: Int64) -> Money { Money(millionths: units * 1_000_000, .rub) }

    /// Feeds balances under one threshold; a letter for each: l low, e empty, - nothing.
    private func run(_ state: inout WarningState, _ balances: [Int64], threshold: Int64? = 100) throws -> String {
        try balances.map { balance in
            let notice = try state.observe(balance: Self.rub(balance), threshold: threshold.map(Self.rub))
            return switch notice?.kind {
            case .low: "l"
            case .empty: "e"
            case nil: "-"
            }
        }.joined()
    }

    @Test func `each crossing is told once, the end of the money once more`() throws {
        var state = WarningState()
        #expect(try run(&state, [500, 200, 100, 99, 50, 10, 0, -5]) == "---l--e-")
        #expect(state.crossing == 1 && state.phase == .empty)
        #expect(try run(&state, [500, 90]) == "-l")
        #expect(state.crossing == 2)
    }

    @Test func `an account that never had money is not warned`() throws {
        var state = WarningState()
        #expect(try run(&state, [0, 0, -1]) == "---")
        #expect(try run(&state, [50, 40]) == "l-")
    }

    @Test func `money that ends at once is told once`() throws {
        var state = WarningState()
        #expect(try run(&state, [500, 0, 0]) == "-e-")
    }

    @Test func `neither a sinking threshold nor money that was held counts as a payment`() throws {
        var state = WarningState()
        #expect(try run(&state, [500, 99]) == "-l")
        // The threshold sinks over the weekend and rises again; a hold of 5 is let go meanwhile.
        #expect(try run(&state, [97, 102], threshold: 60) == "--")
        #expect(try run(&state, [95], threshold: 100) == "-")
        #expect(try run(&state, [105, 99], threshold: 100) == "-l")
    }

    @Test func `a payment that is not enough leads to no second warning, but its end is told`() throws {
        var state = WarningState()
        #expect(try run(&state, [500, 99, 0, 50, 60, 20, 0, 0]) == "-le---e-")
        #expect(state.crossing == 2)
    }

    @Test func `a sleeping account stays as it was`() throws {
        var state = WarningState()
        #expect(try run(&state, [500, 90]) == "-l")
        #expect(try run(&state, [1000, 900], threshold: nil) == "--")
        #expect(try run(&state, [900, 90], threshold: 100) == "-l")
    }

    @Test func `nothing is told twice after a restart`() throws {
        var state = WarningState()
        #expect(try run(&state, [500, 90]) == "-l")
        var again = WarningState(phase: state.phase, crossing: state.crossing, lowest: state.lowest)
        #expect(try run(&again, [90, 80]) == "--")
        #expect(again.crossing == 1)
    }

    @Test func `currencies do not mix`() {
        var state = WarningState()
        #expect(throws: MoneyError.currencyMismatch(expected: .rub, found: .usd)) {
            try state.observe(balance: Self.rub(1), threshold: Money(millionths: 1, .usd))
        }
    }
}
