import PhoneNumbers
import Synchronization

/// Asks a CRM and stops waiting at the limit, so that a slow CRM never delays a call.
public struct CRMWithinLimit: Sendable {
    /// What came of a question.
    public enum Outcome<Answer: Sendable>: Sendable {
        case answered(Answer)
        case timedOut(Duration)
        case failed(CRMError)
    }

    /// 0.5 to 1.5 s is usual for a CRM in the cloud; 2.5 s hears nearly every answer.
    public static let usualLimit = Duration.milliseconds(2500)

    private let crm: any CRMPort
    private let limit: Duration
    private let clock: any Clock<Duration>

    public init(_ crm: any CRMPort, limit: Duration = usualLimit, clock: any Clock<Duration> = ContinuousClock()) {
        self.crm = crm
        self.limit = limit
        self.clock = clock
    }

    /// The cards with the number.
    public func find(_ number: PhoneNumber) async -> Outcome<CRMMatches> {
        await ask { crm throws(CRMError) in try await crm.find(number) }
    }

    /// The employees.
    public func employees() async -> Outcome<[CRMEmployee]> {
        await ask { crm throws(CRMError) in try await crm.employees() }
    }

    /// The cards with the number, and the employees where they come with them.
    public func findWithEmployees(
        _ number: PhoneNumber
    ) async -> Outcome<(matches: CRMMatches, employees: [CRMEmployee]?)> {
        await ask { crm throws(CRMError) in try await crm.findWithEmployees(number) }
    }

    /// Whoever is first, answer or limit, decides; the other is cancelled and not waited for.
    ///
    /// A task group would wait for an adapter that ignores its cancellation, hence two tasks of their own: the one is
    /// cancelled by the other, and both when the caller is cancelled.
    private func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (any CRMPort) async throws(CRMError) -> Answer
    ) async -> Outcome<Answer> {
        let race = Race<Outcome<Answer>>()
        let asking = Task {
            do throws(CRMError) {
                race.finish(.answered(try await question(crm)))
            } catch {
                race.finish(.failed(error))
            }
        }
        let waiting = Task {
            try? await clock.sleep(for: limit)
            race.finish(.timedOut(limit))
        }
        defer {
            asking.cancel()
            waiting.cancel()
        }
        return await withTaskCancellationHandler {
            await race.result()
        } onCancel: {
            asking.cancel()
            waiting.cancel()
        }
    }
}

/// Holds the first result for its one reader.
private final class Race<Value: Sendable>: Sendable {
    private enum State {
        case running
        case awaited(CheckedContinuation<Value, Never>)
        case finished(Value)
        case read
    }

    private let state = Mutex(State.running)

    func finish(_ value: Value) {
        let reader: CheckedContinuation<Value, Never>? = state.withLock { state in
            switch state {
            case .running:
                state = .finished(value)
                return nil
            case .awaited(let continuation):
                state = .read
                return continuation
            case .finished, .read:
                return nil
            }
        }
        reader?.resume(returning: value)
    }

    func result() async -> Value {
        await withCheckedContinuation { continuation in
            let value: Value? = state.withLock { state in
                guard case .finished(let value) = state else {
                    state = .awaited(continuation)
                    return nil
                }
                state = .read
                return value
            }
            if let value { continuation.resume(returning: value) }
        }
    }
}
