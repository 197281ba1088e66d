import Media
import Synchronization

/// One file that grows while something is recorded; encoding and writing happen on the ``RecordingQueue``, in order.
///
/// After an error nothing more is written and the failure has been reported, once.
final class RecordingFile: Sendable {
    /// Seconds of mono sound that may wait for a slow disk.
    private static let backlog = 60

    private enum State {
        case waiting
        case open(SoundFile, samples: Int)
        case closed
    }

    private let plan: RecordingPlan
    private let queue: RecordingQueue
    private let report: @Sendable (RecordingOutcome) -> Void
    private let state = Mutex(State.waiting)
    private let waitingSamples = Atomic<Int>(0)
    private let isBehind = Atomic<Bool>(false)

    /// Has the file created at once.
    init(
        plan: RecordingPlan, queue: RecordingQueue, report: @escaping @Sendable (RecordingOutcome) -> Void
    ) {
        self.plan = plan
        self.queue = queue
        self.report = report
        queue.async { self.open() }
    }

    /// Appends interleaved samples; returns at once.
    func write(_ block: [Int16]) {
        guard !block.isEmpty, !isBehind.load(ordering: .relaxed) else { return }
        guard
            waitingSamples.wrappingAdd(block.count, ordering: .relaxed).newValue
                <= Self.backlog * plan.rate.rawValue
        else {
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
                report(.started)
            } catch {
                state = .closed
                report(.failed("\(error)"))
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
                report(.failed("\(error)"))
            }
        }
    }

    private func finish() {
        state.withLock { state in
            guard case .open(let file, let samples) = state else { return }
            state = .closed
            do {
                try file.close()
                report(.stopped(milliseconds: samples * 1000 / plan.rate.rawValue))
            } catch {
                report(.failed("\(error)"))
            }
        }
    }

    private func fail(_ reason: String) {
        state.withLock { state in
            guard case .open(let file, _) = state else { return }
            state = .closed
            // What was written so far stays readable; a second error tells nothing new.
            try? file.close()
            report(.failed(reason))
        }
    }
}

/// What became of a file.
enum RecordingOutcome: Sendable {
    /// It exists and grows.
    case started
    /// It is complete and closed.
    case stopped(milliseconds: Int)
    case failed(String)
}
