import HummingbirdCore
import NIOCore
import Synchronization

/// An accepted connection, which is closed when nobody handles it.
///
/// SwiftNIO ends the process when the writer of a channel is let go without having been finished. A server that
/// stops lets go of each connection that it had accepted and not yet handed on, so that any client that calls at
/// that moment would end it as a crash.
public final class ServedConnection: ServerChildChannelValue {
    private let messages: HTTP1Channel.Value
    private let isHandled = Atomic(false)

    init(_ messages: HTTP1Channel.Value) { self.messages = messages }

    deinit {
        guard !isHandled.load(ordering: .relaxed) else { return }
        let messages = messages
        Task { try? await messages.executeThenClose { _, _ in } }
    }

    public var channel: any Channel { messages.channel }

    /// Its requests and answers, for one who finishes them. Call once.
    func handledMessages() -> HTTP1Channel.Value {
        isHandled.store(true, ordering: .relaxed)
        return messages
    }
}
