import Synchronization

/// Brings accounts to their version in the way of a call, which must not wait for long whatever happens.
///
/// The session that asks goes on with the text that it began with; the account's next session has the new one.
struct CallUpdates: Sendable {
    let provisioner: Provisioner
    /// A call waits no longer; the update itself goes on.
    let limit: Duration
    let clock: any Clock<Duration>

    /// Returns when the account has its version, or the limit is over; at once when there is nothing to do.
    func bring(_ portal: Portal) async {
        guard await isDue(portal) else { return }
        let (ended, continuation) = AsyncStream.makeStream(of: Void.self)
        // Not the caller's child: a request that was sent is taken to its end, so that the database learns of it.
        Task {
            await provisioner.moveForward(portal)
            continuation.finish()
        }
        await withTaskGroup { group in
            group.addTask { for await _ in ended {} }
            group.addTask { try? await clock.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    private func isDue(_ portal: Portal) async -> Bool {
        guard let record = try? await provisioner.store.find(portal.id), record.account != nil else { return false }
        return provisioner.versions.due(record, portal) != nil
    }
}
