import PhoneNumbers

/// Decides who is called, and says why.
///
/// The order is the product's: dialled extension, responsible employee of the caller, the line's queue, the rule for no
/// answer. A pure function of its input: no clock, no randomness, no state between two decisions.
public enum Router {
    /// A caller waits at most this long in new rounds of a queue, in seconds.
    public static let longestWait: Int64 = 3600

    /// The decision for this moment with the plan behind it.
    public static func decide(_ input: RoutingInput) -> RoutingDecision {
        var pass = RoutingPass(input)
        let answer = pass.answer()
        return RoutingDecision(
            answer: answer, steps: steps(after: answer, input, isNewRound: pass.startsNewRound),
            explanation: pass.explanation, startsNewRound: pass.startsNewRound)
    }

    /// Plays the call on as if nobody ever answered; ends at a final answer or where the queue starts over.
    private static func steps(
        after answer: RoutingAnswer, _ input: RoutingInput, isNewRound: Bool
    ) -> [RoutingAnswer] {
        var steps = [answer]
        var input = input
        if isNewRound { input.attempts = [] }
        while case .wait(let type, let employee, _) = steps[steps.count - 1], steps.count <= input.employees.count + 2 {
            input.attempts.append(Attempt(employee: employee, type: type))
            var pass = RoutingPass(input)
            let next = pass.answer()
            if pass.startsNewRound { return steps + [.queue] }
            steps.append(next)
        }
        return steps
    }
}
