import NIOCore
import NIOPosix
import WorkerProtocol

/// Our end of a socket to a process: frames that are written before it is connected wait.
final class FrameChannel {
    private let handler: WorkerHandler
    private var channel: (any Channel)?
    private var unsent: [ByteBuffer] = []
    private var isClosed = false

    /// Takes the socket over.
    init(socket: Int32, receiver: any FrameReceiver, eventLoop: any EventLoop) {
        let handler = WorkerHandler(receiver: receiver)
        self.handler = handler
        ClientBootstrap(group: eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
            .withConnectedSocket(socket)
            .assumeIsolated().whenComplete { [weak self] result in
                switch result {
                case .success(let channel): self.map { $0.connected(channel) } ?? channel.close(promise: nil)
                case .failure: handler.receiver?.closed()
                }
            }
    }

    private func connected(_ channel: any Channel) {
        guard !isClosed else { return channel.close(promise: nil) }
        self.channel = channel
        for buffer in unsent { channel.write(buffer, promise: nil) }
        unsent.removeAll()
        channel.flush()
    }

    func write(_ frame: Frame) {
        guard !isClosed else { return }
        var buffer = ByteBufferAllocator().buffer(capacity: Frame.headerSize + frame.payload.count)
        buffer.writeBytes(Frame.header(kind: frame.kind, subject: frame.subject, payloadSize: frame.payload.count))
        buffer.writeBytes(frame.payload)
        if let channel { channel.writeAndFlush(buffer, promise: nil) } else { unsent.append(buffer) }
    }

    /// Closes the socket; the receiver hears nothing more.
    func close() {
        isClosed = true
        handler.receiver = nil
        unsent.removeAll()
        channel?.close(promise: nil)
        channel = nil
    }
}
