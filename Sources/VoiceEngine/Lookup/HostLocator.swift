import Dispatch
import NIOCore
import SIP

/// Finds out where hops are, and remembers it.
///
/// Everything happens on one event loop; name servers are asked elsewhere. Two who want to know the same share one question.
final class HostLocator {
    typealias Asking = (ServerLocation.Question) -> EventLoopFuture<LookupReply>

    private let eventLoop: any EventLoop
    private let ask: Asking
    private var memory: AnswerMemory
    private var pending: [ServerLocation.Question: EventLoopFuture<ServerLocation.Answer>] = [:]
    private var generator = SystemRandomNumberGenerator()

    init(eventLoop: any EventLoop, settings: LookupSettings, ask: @escaping Asking) {
        self.eventLoop = eventLoop
        self.ask = ask
        memory = AnswerMemory(settings: settings)
    }

    /// The places of a hop, at least one, in the order in which they are to be tried; drawn anew each time.
    ///
    /// Fails with a ``LocationError``.
    func locate(_ hop: SIPNextHop) -> EventLoopFuture<[SIPTarget]> { advance(ServerLocation(hop)) }

    private func advance(_ location: ServerLocation) -> EventLoopFuture<[SIPTarget]> {
        var location = location
        while location.outcome == nil,
            let (question, answer) = location.questions.lazy.compactMap({ self.known($0) }).first
        {
            location.take(answer, to: question, using: &generator)
        }
        if let outcome = location.outcome { return eventLoop.makeCompletedFuture(outcome.mapError { $0 }) }
        let next = location
        let answers = location.questions.map { question in
            answer(to: question).map { (question, $0) }
        }
        return EventLoopFuture.whenAllSucceed(answers, on: eventLoop).assumeIsolated().flatMap { answers in
            var location = next
            for (question, answer) in answers { location.take(answer, to: question, using: &self.generator) }
            return self.advance(location)
        }.nonisolated()
    }

    private func known(
        _ question: ServerLocation.Question
    ) -> (ServerLocation.Question, ServerLocation.Answer)? {
        memory.answer(to: question, at: Self.now).map { (question, $0) }
    }

    private func answer(to question: ServerLocation.Question) -> EventLoopFuture<ServerLocation.Answer> {
        if let pending = pending[question] { return pending }
        let promise = eventLoop.makePromise(of: ServerLocation.Answer.self)
        pending[question] = promise.futureResult
        ask(question).assumeIsolated().whenComplete { result in
            let reply = (try? result.get()) ?? LookupReply(.failure("nobody looks names up any more"))
            self.pending[question] = nil
            promise.succeed(self.memory.take(reply, to: question, at: Self.now))
        }
        return promise.futureResult
    }

    private static var now: SIPInstant { SIPInstant(nanoseconds: DispatchTime.now().uptimeNanoseconds) }
}
