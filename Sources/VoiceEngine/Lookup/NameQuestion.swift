import CAres
import CMediaIO
import Dispatch
import SIP

#if canImport(Glibc)
    import Glibc
#endif

/// One question to name servers under way: a c-ares channel with its sockets. Stays on one thread, and ends with ``close()``.
final class NameQuestion {
    enum Family: Int32 {
        case version4 = 2
        case version6 = 10
    }

    private static let noSocket: ares_socket_t = -1

    /// What is known at last.
    private(set) var reply: LookupReply?
    /// What each open socket is to be waited for (`poll`).
    private(set) var sockets: [Int32: Int16] = [:]
    private let question: ServerLocation.Question
    private let family: Family
    private let settings: LookupSettings
    private let deadline: DispatchTime
    private var channel: ares_channel?

    init(_ question: ServerLocation.Question, family: Family, settings: LookupSettings) {
        self.question = question
        self.family = family
        self.settings = settings
        deadline = .now() + .milliseconds(settings.limit.inMilliseconds)
    }

    /// Sends the question; the reply may be there at once.
    func begin() {
        guard let channel = open() else {
            return fail("the name servers of the system or of voice.dns.servers are wrong")
        }
        let context = Unmanaged.passUnretained(self).toOpaque()
        switch question {
        case .services(let name):
            ares_query(channel, name, Int32(ns_c_in.rawValue), Int32(ns_t_srv.rawValue), Self.takeServices, context)
        case .addresses(let name):
            var hints = ares_addrinfo_hints()
            hints.ai_flags = Int32(ARES_AI_NOSORT)
            hints.ai_family = family.rawValue
            hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
            ares_getaddrinfo(channel, name, nil, &hints, Self.takeAddresses, context)
        }
    }

    /// Looks at the sockets that are ready, and at the time.
    func process(_ ready: [Int32: Int16]) {
        guard let channel, reply == nil else { return }
        for (socket, events) in ready where sockets[socket] != nil {
            let isReadable = events & Int16(POLLIN | POLLERR | POLLHUP) != 0
            let isWritable = events & Int16(POLLOUT) != 0
            ares_process_fd(
                channel, isReadable ? socket : Self.noSocket,
                isWritable ? socket : Self.noSocket)
        }
        // Its own retransmissions.
        ares_process_fd(channel, Self.noSocket, Self.noSocket)
        if reply == nil, DispatchTime.now() >= deadline { fail("no answer in time") }
    }

    /// Milliseconds until there is something to do without any socket being ready; 0 for one that is over.
    var pause: Int {
        guard let channel, reply == nil else { return 0 }
        let now = DispatchTime.now().uptimeNanoseconds
        let left = deadline.uptimeNanoseconds > now ? Int((deadline.uptimeNanoseconds - now) / 1_000_000) + 1 : 0
        var next = timeval()
        guard ares_timeout(channel, nil, &next) != nil else { return left }
        return min(left, next.tv_sec * 1000 + Int(next.tv_usec) / 1000 + 1)
    }

    /// Closes the sockets; what is still under way comes to nothing.
    func close() {
        guard let channel else { return }
        self.channel = nil
        ares_destroy(channel)
    }

    private func open() -> ares_channel? {
        var options = ares_options()
        options.timeout = Int32(clamping: max(1, settings.limit.inMilliseconds / 4))
        options.tries = 3
        options.sock_state_cb = { context, socket, isReadable, isWritable in
            guard let context else { return }
            let events = (isReadable != 0 ? POLLIN : 0) | (isWritable != 0 ? POLLOUT : 0)
            Unmanaged<NameQuestion>.fromOpaque(context).takeUnretainedValue().watch(socket, for: Int16(events))
        }
        options.sock_state_cb_data = Unmanaged.passUnretained(self).toOpaque()
        let mask = Int32(ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB)
        guard ares_init_options(&channel, &options, mask) == ARES_SUCCESS else { return nil }
        if !settings.servers.isEmpty {
            let list = settings.servers.joined(separator: ",")
            guard ares_set_servers_ports_csv(channel, list) == ARES_SUCCESS else { return nil }
        }
        return channel
    }

    private func watch(_ socket: Int32, for events: Int16) { sockets[socket] = events == 0 ? nil : events }

    private func fail(_ reason: String) { reply = reply ?? LookupReply(.failure(reason)) }

    fileprivate func take(_ status: Int32, _ read: () -> LookupReply?) {
        guard reply == nil else { return }
        switch status {
        case ARES_SUCCESS: reply = read() ?? LookupReply(.failure("an answer that cannot be read"))
        case ARES_ENODATA, ARES_ENOTFOUND: reply = LookupReply(.nothing)
        default: fail(String(cString: ares_strerror(status)))
        }
    }

    private static let takeServices: ares_callback = { context, status, _, message, length in
        guard let context else { return }
        Unmanaged<NameQuestion>.fromOpaque(context).takeUnretainedValue().take(status) {
            NameAnswer.services(message, length)
        }
    }

    private static let takeAddresses: ares_addrinfo_callback = { context, status, _, list in
        defer { if let list { ares_freeaddrinfo(list) } }
        guard let context else { return }
        Unmanaged<NameQuestion>.fromOpaque(context).takeUnretainedValue().take(status) {
            list.map { NameAnswer.addresses($0.pointee) }
        }
    }
}

extension Duration {
    /// Rounded down.
    var inMilliseconds: Int {
        Int(clamping: components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
