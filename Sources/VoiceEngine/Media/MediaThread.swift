import CMediaIO

#if canImport(Glibc)
    import Glibc
#endif

/// One POSIX thread that runs one closure, before others of the machine where the process may ask for that.
final class MediaThread: Sendable {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private let handle: pthread_t

    /// Starts the thread at once.
    init(name: String, _ run: @escaping @Sendable () -> Void) throws(MediaError) {
        var handle = pthread_t()
        let body = Unmanaged.passRetained(
            Body {
                media_name_thread(name)
                // Where it is refused, the thread has the priority of all others.
                _ = media_raise_thread()
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
    var cpuTime: Duration {
        var clock = clockid_t()
        var time = timespec()
        guard pthread_getcpuclockid(handle, &clock) == 0, clock_gettime(clock, &time) == 0 else { return .zero }
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
