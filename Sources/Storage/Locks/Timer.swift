/// Calls something once after a while, unless it is cancelled before.
struct Timer: Sendable {
    private let task: Task<Void, Never>

    init(_ delay: Duration, _ action: @escaping @Sendable () -> Void) {
        task = Task {
            do { try await Task.sleep(for: delay) } catch { return }
            action()
        }
    }

    func cancel() { task.cancel() }
}
