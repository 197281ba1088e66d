import NIOCore
import WorkerProtocol

/// Whoever talks with a process in frames.
protocol FrameReceiver: AnyObject {
    func received(_ frame: Frame)
    /// The bytes of the other side are not frames.
    func broken(_ reason: String)
    /// The other side has closed the connection.
    func closed()
}

/// Cuts a process's bytes into frames.
final class WorkerHandler: ChannelInboundHandler, @unchecked Sendable {  // Used on its channel's event loop only.
    typealias InboundIn = ByteBuffer

    /// Nil when nobody listens any more.
    weak var receiver: (any FrameReceiver)?
    private var decoder = FrameDecoder()

    init(receiver: any FrameReceiver) { self.receiver = receiver }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data).readableBytesView)
        do throws(FrameError) {
            while let receiver, let frame = try decoder.next() { receiver.received(frame) }
        } catch {
            receiver?.broken(error.description)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        receiver?.closed()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
