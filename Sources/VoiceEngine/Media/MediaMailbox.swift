import CMediaIO
import Synchronization

/// Carries commands to the media thread, in order; the eventfd wakes it.
final class MediaMailbox: Sendable {
    private struct Content {
        var commands: [MediaCommand] = []
        var isClosed = false
    }

    /// Readable while commands wait.
    let descriptor: Int32
    private let content = Mutex(Content())

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { CMediaIO.close(descriptor) }

    /// Appends a command; dropped when the mailbox is closed.
    func post(_ command: MediaCommand) {
        content.withLock { content in
            guard !content.isClosed else { return }
            content.commands.append(command)
            // One wake-up is enough for all that wait.
            if content.commands.count == 1 { media_counter_add(descriptor) }
        }
    }

    /// Takes everything that waits; on the media thread.
    func takeAll() -> [MediaCommand] {
        content.withLock { content in
            _ = media_counter_read(descriptor)
            defer { content.commands = [] }
            return content.commands
        }
    }

    /// Refuses commands from now on.
    func close() {
        content.withLock { content in
            content.isClosed = true
            content.commands = []
        }
    }
}
