import CMediaIO

/// The media thread's life: waits for sockets, the tick and the mailbox, and hands each to whoever handles it.
///
/// Made and used on the media thread only.
final class MediaEngine {
    private enum Kind {
        static let mailbox: UInt64 = 0
        static let tick: UInt64 = 1
        static let rtp: UInt64 = 2
        static let rtcp: UInt64 = 3
    }
    private static let batch = 256
    /// Ticks that are made up for at once after a stall; older ones are given up.
    private static let catchUp: UInt64 = 5

    private let mailbox: MediaMailbox
    private let descriptors: MediaDescriptors
    private let graph: MediaGraph
    private let path: PacketPath
    private let cores: UnsafeMutablePointer<LegCore>
    private let ready: UnsafeMutablePointer<epoll_event>
    private var isRunning = true

    init(mailbox: MediaMailbox, descriptors: MediaDescriptors, graph: MediaGraph) {
        self.mailbox = mailbox
        self.descriptors = descriptors
        self.graph = graph
        path = PacketPath(graph: graph)
        cores = graph.table.cores
        ready = .allocate(capacity: Self.batch)
        ready.initialize(repeating: epoll_event(), count: Self.batch)
    }

    deinit { ready.deallocate() }

    /// Works until it is told to stop, then closes every leg.
    func run() {
        media_poll_add(descriptors.poll, mailbox.descriptor, Kind.mailbox)
        media_poll_add(descriptors.poll, descriptors.timer, Kind.tick)
        while isRunning {
            let count = epoll_wait(descriptors.poll, ready, Int32(Self.batch), -1)
            guard count > 0 else { continue }
            // One reading for everything in the batch, so that no instant lies behind one that was noted before.
            let now = media_now()
            for index in 0..<Int(count) { handle(ready[index].data.u64, at: now) }
        }
        graph.removeAll()
    }

    @inline(__always)
    private func handle(_ token: UInt64, at now: UInt64) {
        let slot = Int32(truncatingIfNeeded: token >> 2 & 0x3FFF_FFFF)
        switch token & 3 {
        case Kind.rtp:
            // A leg that went earlier in the same batch has left its slot to nobody or to another.
            guard cores[Int(slot)].generation == UInt32(truncatingIfNeeded: token >> 32) else { return }
            path.receive(slot, at: now)
        case Kind.rtcp:
            guard cores[Int(slot)].generation == UInt32(truncatingIfNeeded: token >> 32) else { return }
            path.receiveControl(slot, at: now)
        case Kind.tick:
            tick(at: now)
        default:
            for command in mailbox.takeAll() { perform(command, at: now) }
        }
    }

    private func tick(at now: UInt64) {
        let due = media_counter_read(descriptors.timer)
        guard due > 0 else { return }
        let made = min(due, Self.catchUp)
        graph.lateTicks &+= due - 1
        graph.skippedTicks &+= due - made
        for index in 0..<made {
            // The first of them stands for those that were given up.
            graph.tick(frames: index == 0 ? UInt32(clamping: due - made + 1) : 1, at: now)
        }
    }

    private func perform(_ command: MediaCommand, at now: UInt64) {
        switch command {
        case .addLeg(let leg, let port): add(leg, port)
        case .stop: isRunning = false
        default: graph.perform(command, at: now)
        }
    }

    private func add(_ leg: LegID, _ port: MediaPort) {
        guard let slot = graph.add(leg, port) else { return }
        let token = UInt64(cores[Int(slot)].generation) << 32 | UInt64(slot) << 2
        media_poll_add(descriptors.poll, port.rtp, token | Kind.rtp)
        media_poll_add(descriptors.poll, port.rtcp, token | Kind.rtcp)
    }
}

/// What the kernel keeps for the media thread; closed with the last reference.
final class MediaDescriptors: Sendable {
    let poll: Int32
    let timer: Int32

    /// Opens everything, with a tick of 20 ms.
    init() throws(MediaError) {
        poll = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard poll >= 0 else { throw .threadRefused(errno: media_last_error()) }
        timer = media_timer_open(20_000)
        guard timer >= 0 else {
            close(poll)
            throw .threadRefused(errno: media_last_error())
        }
    }

    deinit {
        close(poll)
        close(timer)
    }
}
