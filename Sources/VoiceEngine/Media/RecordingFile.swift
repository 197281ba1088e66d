import Media
import Synchronization

/// One file that grows while a leg is recorded; encoding and writing happen on the ``RecordingQueue``, in order.
///
/// After an error nothing more is written and `recordFailed` has been reported, once.
final class RecordingFile: Sendable {
    /// Sound that may wait for a slow disk, in samples over all channels: a minute of mono.
    private static let backlog = 60 * 8000

    private enum State {
        case waiting
        case open(SoundFile, samples: Int)
        case closed
    }

    private let leg: LegID
    private let recording: RecordingID
    private let plan: RecordingPlan
    private let queue: RecordingQueue
    private let events: @Sendable (MediaEvent) -> Void
    private let state = Mutex(State.waiting)
    private let waitingSamples = Atomic<Int>(0)
    private let isBehind = Atomic<Bool>(false)

    /// Has the file created at once.
    init(
        leg: LegID, recording: RecordingID, plan: RecordingPlan, queue: RecordingQueue,
        events: @escaping @Sendable (MediaEvent) -> Void
    ) {
        self.leg = leg
        self.recording = recording
        self.plan = plan
        self.queue = queue
        self.events = events
        queue.async { self.open() }
    }

    /// Appends interleaved samples; returns at once.
    func write(_ block: [Int16]) {
        guard !block.isEmpty, !isBehind.load(ordering: .relaxed) else { return }
        guard waitingSamples.wrappingAdd(block.count, ordering: .relaxed).newValue <= Self.backlog else {
            isBehind.store(true, ordering: .relaxed)
            queue.async { self.fail("the disk is more than a minute behind") }
            return
        }
        queue.async {
            self.append(block)
            self.waitingSamples.wrappingSubtract(block.count, ordering: .relaxed)
        }
    }

    /// Completes the file behind everything that was written.
    func close() { queue.async { self.finish() } }

    private func open() {
        state.withLock { state in
            do {
                state = .open(try SoundFile(plan), samples: 0)
                events(.recordStarted(leg, recording))
            } catch {
                state = .closed
                events(.recordFailed(leg, recording, "\(error)"))
            }
        }
    }

    private func append(_ block: [Int16]) {
        state.withLock { state in
            guard case .open(let file, let samples) = state else { return }
            do {
                try file.write(block)
                state = .open(file, samples: samples + block.count / plan.channels)
            } catch {
                state = .closed
                events(.recordFailed(leg, recording, "\(error)"))
            }
        }
    }

    private func finish() {
        state.withLock { state in
            guard case .open(let file, let samples) = state else { return }
            state = .closed
            do {
                try file.close()
                events(.recordStopped(leg, recording, durationMilliseconds: samples / 8))
            } catch {
                events(.recordFailed(leg, recording, "\(error)"))
            }
        }
    }

    private func fail(_ reason: String) {
        state.withLock { state in
            guard case .open(let file, _) = state else { return }
            state = .closed
            // What was written so far stays readable; a second error tells nothing new.
            try? file.close()
            events(.recordFailed(leg, recording, reason))
        }
    }
}
