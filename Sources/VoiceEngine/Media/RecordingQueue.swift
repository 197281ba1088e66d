import Dispatch

/// The one serial queue on which recordings are encoded and written, so that a slow disk never delays a packet.
final class RecordingQueue: Sendable {
    private let queue = DispatchQueue(label: "recordings")

    func async(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    /// Waits until everything that was handed over is done.
    func drain() { queue.sync {} }
}
