import NIOCore

/// Runs tasks on an event loop.
///
/// A request between two systems of a process then stays on the thread that its sockets are on. On the threads of the
/// concurrency runtime each step wakes another thread, which costs more than the step. What takes long must go elsewhere.
final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedTaskExecutor()
        eventLoop.execute { job.runSynchronously(on: executor) }
    }
}
