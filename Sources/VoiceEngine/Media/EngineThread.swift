import CMediaIO

#if canImport(Glibc)
    import Glibc
#endif

/// One POSIX thread that runs one closure.
final class EngineThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let handle: pthread_t

    /// Starts the thread at once.
    ///
    /// - Parameter comesFirst: before others of the machine, where the process may ask for that.
    init(name: String, comesFirst: Bool, _ run: @escaping @Sendable () -> Void) throws(MediaError) {
        var handle = pthread_t()
        let body = Unmanaged.passRetained(
            Body {
                media_name_thread(name)
                // Where it is refused, the thread has the priority of all others.
                if comesFirst { _ = media_raise_thread() }
                run()
            })
        let status = pthread_create(
            &handle, nil,
            { argument in
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard status == 0 else {
            body.release()
            throw .threadRefused(errno: status)
        }
        self.handle = handle
    }

    /// True on the thread itself, which cannot wait for its own end.
    var isCurrent: Bool { pthread_equal(handle, pthread_self()) != 0 }

    /// Waits until the closure has returned; once, and never from the thread itself.
    func join() { pthread_join(handle, nil) }

    /// Lets the thread end by itself, instead of ``join()``.
    func detach() { pthread_detach(handle) }

    /// Processor time that the thread has used; zero when it is gone.
    var cpuTime: Duration { .nanoseconds(media_thread_time(handle)) }
}
