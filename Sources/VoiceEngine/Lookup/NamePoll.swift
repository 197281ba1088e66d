#if canImport(Glibc)
    import Glibc
#endif

/// Waits for sockets of questions.
enum NamePoll {
    /// The sockets that are ready, each with what for; empty when a time limit has passed or an order has come.
    static func wait(for questions: [NameQuestion], wake: Int32) -> [Int32: Int16] {
        var entries = [pollfd(fd: wake, events: Int16(POLLIN), revents: 0)]
        for question in questions {
            for (socket, events) in question.sockets { entries.append(pollfd(fd: socket, events: events, revents: 0)) }
        }
        // No question: until an order comes. A finished one: not at all.
        let pause = questions.map(\.pause).min().map { Int32(clamping: $0) } ?? -1
        let count = poll(&entries, nfds_t(entries.count), pause)
        guard count > 0 else { return [:] }
        return Dictionary(
            entries.dropFirst().filter { $0.revents != 0 }.map { ($0.fd, $0.revents) }, uniquingKeysWith: { $0 | $1 })
    }
}
