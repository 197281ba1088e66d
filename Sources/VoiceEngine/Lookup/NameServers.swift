import CAres
import CMediaIO
import NIOCore
import SIP
import Synchronization

/// Asks name servers, on a thread of its own that waits for all questions at once.
///
/// Each question has its own sockets and random ports, and reads the system's settings at the moment it is asked. A server
/// that is silent delays its own question only.
final class NameServers: Sendable {
    private struct Order {
        let question: ServerLocation.Question
        let promise: EventLoopPromise<LookupReply>
    }

    private struct Inbox {
        var orders: [Order] = []
        /// Orders that are not answered yet.
        var open = 0
        var state = State.idle
    }

    private enum State {
        case idle
        case running(EngineThread)
        case stopped
    }

    private let settings: LookupSettings
    private let family: NameQuestion.Family
    private let inbox = Mutex(Inbox())
    /// Readable while orders wait.
    private let wake: Int32

    /// - Parameter ownAddress: numeric; only addresses that can be reached from it are of use.
    init(settings: LookupSettings, ownAddress: String) {
        self.settings = settings
        family = ownAddress.contains(":") ? .version6 : .version4
        wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        // Once in a process, before any channel; it cannot fail but for want of memory.
        _ = Self.library
    }

    deinit { CMediaIO.close(wake) }

    private static let library: Int32 = ares_library_init(Int32(ARES_LIB_INIT_ALL))

    func start() throws {
        try inbox.withLock { inbox in
            guard case .idle = inbox.state else { return }
            inbox.state = .running(try EngineThread(name: "names", comesFirst: false) { [self] in run() })
        }
    }

    /// Ends the thread; questions under way fail.
    func stop() {
        let thread = inbox.withLock { inbox -> EngineThread? in
            defer { inbox.state = .stopped }
            guard case .running(let thread) = inbox.state else { return nil }
            return thread
        }
        media_counter_add(wake)
        thread?.join()
    }

    /// The answer to a question, at the latest at the limit; the future never fails.
    func ask(_ question: ServerLocation.Question, on eventLoop: any EventLoop) -> EventLoopFuture<LookupReply> {
        let promise = eventLoop.makePromise(of: LookupReply.self)
        let refusal = inbox.withLock { inbox -> String? in
            guard case .running = inbox.state else { return "nobody looks names up now" }
            guard inbox.open < settings.mostQuestions else { return "too many names are being looked up" }
            inbox.open += 1
            inbox.orders.append(Order(question: question, promise: promise))
            return nil
        }
        if let refusal {
            promise.succeed(LookupReply(.failure(refusal)))
        } else {
            media_counter_add(wake)
        }
        return promise.futureResult
    }

    // MARK: On the thread

    private func run() {
        var waiting: [(question: NameQuestion, promise: EventLoopPromise<LookupReply>)] = []
        while let orders = takeOrders() {
            for order in orders {
                let question = NameQuestion(order.question, family: family, settings: settings)
                question.begin()
                waiting.append((question, order.promise))
            }
            let ready = NamePoll.wait(for: waiting.map(\.question), wake: wake)
            for entry in waiting {
                entry.question.process(ready)
                guard let reply = entry.question.reply else { continue }
                finish(entry.question, entry.promise, reply)
            }
            waiting.removeAll { $0.question.reply != nil }
        }
        for entry in waiting { finish(entry.question, entry.promise, LookupReply(.failure("the engine has stopped"))) }
    }

    /// What waits; nil when the thread is to end.
    private func takeOrders() -> [Order]? {
        _ = media_counter_read(wake)
        let (orders, isStopped) = inbox.withLock { inbox in
            defer { inbox.orders = [] }
            guard case .stopped = inbox.state else { return (inbox.orders, false) }
            return (inbox.orders, true)
        }
        guard isStopped else { return orders }
        for order in orders { order.promise.succeed(LookupReply(.failure("the engine has stopped"))) }
        return nil
    }

    private func finish(_ question: NameQuestion, _ promise: EventLoopPromise<LookupReply>, _ reply: LookupReply) {
        question.close()
        inbox.withLock { $0.open -= 1 }
        promise.succeed(reply)
    }
}
