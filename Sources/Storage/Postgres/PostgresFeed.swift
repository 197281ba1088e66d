/// How the notifications of one schema travel over the server's one channel for it.
///
/// Channels of the server are common to all schemas of a database, and so are its advisory locks.
struct PostgresFeed: Sendable, Hashable {
    /// The server's channel.
    let channel: String
    /// Who sends.
    let sender: String

    /// - Parameters:
    ///   - schema: The schema's number in the server's catalogue.
    ///   - sender: Different for every process.
    init(schema: Int64, sender: String) {
        channel = "storage_\(schema)"
        self.sender = sender
    }

    func envelope(_ note: Note) -> String { "\(sender)\n\(note.channel.rawValue)\n\(note.payload)" }

    /// - Returns: nil for what some other program has sent.
    func open(_ envelope: String) -> (note: Note, isOwn: Bool)? {
        let parts = envelope.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        return (Note(channel: NotificationChannel(String(parts[1])), payload: String(parts[2])), parts[0] == sender)
    }

    /// The text whose hash is the lock's number.
    func lockText(_ name: String) -> String { "\(channel)\n\(name)" }
}
