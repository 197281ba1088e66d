import CMediaIO
import CallControl
import Media
import Synchronization

/// All sound of a node: one thread that owns every RTP and RTCP socket and the graph of who hears whom.
///
/// Every method is callable from any thread, returns at once and takes effect in the order of the calls. A command for a
/// leg that is gone does nothing. A leg receives from one source at a time (another leg, a clip, a tone); a new source
/// silently replaces the old one. What happens comes back through the event closure.
public final class MediaLoop: Sendable {
    private enum State {
        case idle
        case running(EngineThread)
        case stopped
    }

    /// The ports that legs are made of.
    public let ports: PortPool
    private let configuration: MediaConfiguration
    private let events: @Sendable (MediaEvent) -> Void
    private let mailbox: MediaMailbox
    private let descriptors: MediaDescriptors
    private let recordings = RecordingQueue()
    private let state = Mutex(State.idle)
    private let lastID = Atomic<UInt64>(0)

    /// Prepares a loop that is not running yet; commands given now wait for the start.
    ///
    /// `events` is called on the media thread, for results of recordings on a queue of its own; it must return quickly and
    /// never call ``stop()``.
    public init(
        configuration: MediaConfiguration, events: @escaping @Sendable (MediaEvent) -> Void
    ) throws(MediaError) {
        self.configuration = configuration
        self.events = events
        ports = try PortPool(configuration: configuration)
        descriptors = try MediaDescriptors()
        let wake = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wake >= 0 else { throw .threadRefused(errno: media_last_error()) }
        mailbox = MediaMailbox(descriptor: wake)
    }

    deinit { stop() }

    /// Starts the media thread; does nothing the second time.
    public func start() throws(MediaError) {
        let body = threadBody()
        try state.withLock { (state) throws(MediaError) in
            guard case .idle = state else { return }
            state = .running(try EngineThread(name: "media", comesFirst: true, body))
        }
    }

    /// Ends all legs, completes all recordings and waits until the thread and the files are done.
    ///
    /// The events of the ends have been delivered when it returns. A stopped loop cannot be started again.
    public func stop() {
        let running = state.withLock { state in
            defer { state = .stopped }
            return state
        }
        guard case .running(let thread) = running else { return }
        mailbox.post(.stop)
        // Only when the event closure held the last reference to the loop.
        guard !thread.isCurrent else { return thread.detach() }
        thread.join()
        mailbox.close()
        recordings.drain()
    }

    /// Processor time that the media thread has used; zero while it is not running.
    public func cpuTime() -> Duration {
        state.withLock { state in
            guard case .running(let thread) = state else { return .zero }
            return thread.cpuTime
        }
    }

    private func threadBody() -> @Sendable () -> Void {
        let (mailbox, descriptors, configuration) = (mailbox, descriptors, configuration)
        let (events, recordings, capacity) = (events, recordings, ports.capacity)
        return {
            let graph = MediaGraph(
                configuration: configuration, capacity: capacity, recordings: recordings, events: events)
            MediaEngine(mailbox: mailbox, descriptors: descriptors, graph: graph).run()
        }
    }

    func post(_ command: MediaCommand) { mailbox.post(command) }

    func nextID() -> UInt64 { lastID.wrappingAdd(1, ordering: .relaxed).newValue }
}
