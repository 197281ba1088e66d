import NIOCore
import WorkerProtocol

/// Cuts a worker's bytes into frames.
final class WorkerHandler: ChannelInboundHandler, @unchecked Sendable {  // Used on its channel's event loop only.
    typealias InboundIn = ByteBuffer

    private weak var worker: ScriptWorker?
    private var decoder = FrameDecoder()

    init(worker: ScriptWorker) { self.worker = worker }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        decoder.append(unwrapInboundIn(data).readableBytesView)
        do throws(FrameError) {
            while let worker, !worker.isGone, let frame = try decoder.next() { worker.received(frame) }
        } catch {
            worker?.broken(error.description)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        worker?.stopped()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
