import Storage
import Synchronization

/// The end of a controller at one of its durable steps: afterwards nothing of it reaches its database, the platform or a
/// portal, as if it had been killed there.
///
/// Steps are named by the code itself: writes by their place in the source, commands by their method. Each is passed
/// twice, before it happens and after it, when its result is not known to the controller yet.
final class Crash: WriteWitness {
    struct Over: Error {}

    struct Step: Hashable, Sendable, CustomStringConvertible {
        var name: String
        var occurrence: Int
        var description: String { "\(name) #\(occurrence)" }
    }

    private struct State {
        var counts: [String: Int] = [:]
        var steps: [Step] = []
        var sites: Set<WriteSite> = []
        var isOver = false
    }

    private let at: Step?
    private let state = Mutex(State())
    let events = Events()

    init(at step: Step?) { at = step }

    var isOver: Bool { state.withLock { $0.isOver } }
    /// In the order in which they were passed.
    var steps: [Step] { state.withLock { $0.steps } }
    var sites: Set<WriteSite> { state.withLock { $0.sites } }

    /// False from the crash on.
    func pass(_ name: String) -> Bool {
        let goesOn = state.withLock { state in
            guard !state.isOver else { return false }
            state.counts[name, default: 0] += 1
            let step = Step(name: name, occurrence: state.counts[name] ?? 0)
            state.steps.append(step)
            state.isOver = step == at
            return !state.isOver
        }
        events.announce()
        return goesOn
    }

    /// Gives what `work` gives, unless the controller ends before: then nobody waits for it any longer.
    func meanwhile<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) async throws -> Value {
        let first = Promise<Result<Value, any Error>>()
        Task {
            do { first.fulfilOnce(.success(try await work())) } catch { first.fulfilOnce(.failure(error)) }
            events.announce()
        }
        let end = Task {
            await events.wait { self.isOver }
            first.fulfilOnce(.failure(Over()))
        }
        defer { end.cancel() }
        let value = try await first.value.get()
        guard !isOver else { throw Over() }
        return value
    }

    func willWrite(_ site: WriteSite) throws {
        state.withLock { _ = $0.sites.insert(site) }
        guard pass("before \(site)") else { throw Over() }
    }

    func didWrite(_ site: WriteSite) throws {
        guard pass("after \(site)") else { throw Over() }
    }
}
