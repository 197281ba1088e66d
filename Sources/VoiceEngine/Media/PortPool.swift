import CMediaIO
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Hands out bound pairs of RTP and RTCP sockets of one address; callable from any thread.
public final class PortPool: Sendable {
    /// Numeric address that the sockets are bound to.
    public let address: String
    private let range: ClosedRange<UInt16>
    private let firstPort: UInt16
    private let receiveBuffer: Int32
    private let allocator: Mutex<PortAllocator>

    /// Checks address and range; opens nothing yet.
    public init(configuration: MediaConfiguration) throws(MediaError) {
        var local = media_address()
        guard media_address_parse(configuration.address, 0, &local) else {
            throw .invalidAddress(configuration.address)
        }
        range = configuration.portRange
        let first = Int(range.lowerBound) + Int(range.lowerBound) % 2
        let pairs = (Int(range.upperBound) - first + 1) / 2
        guard pairs > 0, first > 0 else { throw .emptyPortRange(range) }
        address = configuration.address
        firstPort = UInt16(first)
        receiveBuffer = Int32(clamping: configuration.receiveBuffer)
        allocator = Mutex(PortAllocator(pairCount: pairs, quarantine: configuration.quarantine))
    }

    /// Number of legs that the range is enough for.
    public var capacity: Int { allocator.withLock { $0.pairCount } }

    /// Binds the next free pair, from a random start on; costs a handful of system calls and never blocks.
    public func open() throws(MediaError) -> MediaPort {
        var generator = SystemRandomNumberGenerator()
        let (count, start) = allocator.withLock { ($0.pairCount, $0.start(using: &generator)) }
        var refusal: Int32 = EADDRINUSE
        for step in 0..<count {
            let pair = (start + step) % count
            guard allocator.withLock({ $0.take(pair, at: .now) }) else { continue }
            if let port = bind(pair) { return port }
            refusal = errno
            allocator.withLock { $0.refuse(pair) }
            // Only a port in use is a reason to try the next one.
            if refusal != EADDRINUSE && refusal != EACCES { throw .socketRefused(address: address, errno: refusal) }
        }
        throw .portsExhausted(range)
    }

    private func bind(_ pair: Int) -> MediaPort? {
        let number = firstPort + UInt16(pair * 2)
        var local = media_address()
        guard media_address_parse(address, number, &local) else { return nil }
        let rtp = media_socket_open(&local, receiveBuffer)
        guard rtp >= 0 else { return nil }
        media_address_set_port(&local, number + 1)
        let rtcp = media_socket_open(&local, 16 * 1024)
        guard rtcp >= 0 else {
            let reason = errno
            close(rtp)
            errno = reason
            return nil
        }
        return MediaPort(pool: self, pair: pair, address: address, number: number, rtp: rtp, rtcp: rtcp)
    }

    fileprivate func release(_ pair: Int) {
        allocator.withLock { $0.release(pair, at: .now) }
    }
}

/// A bound pair of sockets: RTP on an even port, RTCP on the next; closed when the last reference goes.
public final class MediaPort: Sendable {
    /// Numeric local address, as it belongs into the session description.
    public let address: String
    /// Local RTP port.
    public let number: UInt16
    let rtp: Int32
    let rtcp: Int32
    private let pool: PortPool
    private let pair: Int

    fileprivate init(pool: PortPool, pair: Int, address: String, number: UInt16, rtp: Int32, rtcp: Int32) {
        self.pool = pool
        self.pair = pair
        self.address = address
        self.number = number
        self.rtp = rtp
        self.rtcp = rtcp
    }

    deinit {
        close(rtp)
        close(rtcp)
        pool.release(pair)
    }
}
