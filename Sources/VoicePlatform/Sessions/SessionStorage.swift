import CallControl
import NIOCore
import ScenarioRuntime
import Storage

/// An application's storage as a session sees it.
struct SessionStorage: Sendable {
    let database: Database
    let application: ApplicationID
    let owner: AccountID
    /// Entries that the owner may have in all storages.
    let limit: Int
    let clock: @Sendable () -> UnixTime
    let eventLoop: any EventLoop

    func get(_ key: String) -> EventLoopFuture<StoredItem?> {
        let (database, application, now) = (database, application, clock())
        return eventLoop.makeFutureWithTask {
            try await database.read { transaction in
                try KeyValueStore(transaction: transaction, application: application, now: now).get(key)
                    .map(StoredItem.init)
            }
        }
    }

    func put(_ key: String, _ value: String, ttlSeconds: Int) -> EventLoopFuture<StoredItem> {
        let (database, application, owner, limit, now) = (database, application, owner, limit, clock())
        let seconds = min(max(Int64(ttlSeconds), 0), KeyValueStore.maximumTTL)
        let item = KeyValueItem(key: key, value: value, expiresAt: UnixTime(seconds: now.seconds + seconds))
        return eventLoop.makeFutureWithTask {
            try await database.write(.soon) { transaction in
                try KeyValueStore(transaction: transaction, application: application, now: now)
                    .put(item, owner: owner, limit: limit)
                return StoredItem(item)
            }
        }
    }

    func remove(_ key: String) -> EventLoopFuture<StoredItem?> {
        let (database, application, now) = (database, application, clock())
        return eventLoop.makeFutureWithTask {
            try await database.write(.soon) { transaction in
                try KeyValueStore(transaction: transaction, application: application, now: now).remove(key)
                    .map(StoredItem.init)
            }
        }
    }

    func keys(pattern: String?, count: Int) -> EventLoopFuture<[String]> {
        let (database, application, now) = (database, application, clock())
        let page = Page(count: Int64(max(0, count)), offset: 0)
        return eventLoop.makeFutureWithTask {
            try await database.read { transaction in
                try KeyValueStore(transaction: transaction, application: application, now: now)
                    .items(pattern: pattern, page: page).map(\.key)
            }
        }
    }
}

extension StoredItem {
    init(_ item: KeyValueItem) {
        self.init(key: item.key, value: item.value, expiresAt: item.expiresAt?.seconds)
    }
}
