import CallControl
import NIOCore
import ScenarioRuntime

/// The application's storage, and the way to the telephone network if the test has people there.
final class StagedServices: SessionServices {
    private let eventLoop: any EventLoop
    private let clock: StageClock
    private let phones: Set<String>
    private var items: [String: StoredItem] = [:]

    init(test: ScenarioTest, clock: StageClock, eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.clock = clock
        phones = Set(test.phones.keys)
        for (key, value) in test.storage { items[key] = StoredItem(key: key, value: value) }
    }

    private func live(_ key: String) -> StoredItem? {
        guard let item = items[key] else { return nil }
        if let end = item.expiresAt, end <= clock.unixMilliseconds / 1000 { return nil }
        return item
    }

    func storageGet(key: String) -> EventLoopFuture<StoredItem?> { eventLoop.makeSucceededFuture(live(key)) }

    func storagePut(key: String, value: String, ttlSeconds: Int) -> EventLoopFuture<StoredItem> {
        let item = StoredItem(key: key, value: value, expiresAt: clock.unixMilliseconds / 1000 + Int64(ttlSeconds))
        items[key] = item
        return eventLoop.makeSucceededFuture(item)
    }

    func storageRemove(key: String) -> EventLoopFuture<StoredItem?> {
        let item = live(key)
        items[key] = nil
        return eventLoop.makeSucceededFuture(item)
    }

    func storageKeys(pattern: String?, count: Int) -> EventLoopFuture<[String]> {
        let wanted = pattern.map { TextPattern($0) }
        let keys = items.keys.sorted().filter { live($0) != nil && (wanted?.isFound(in: $0) ?? true) }
        return eventLoop.makeSucceededFuture(Array(keys.prefix(count)))
    }

    func customDataChanged(to text: String) {}

    func outgoingCall(toNumber number: String, callerID: String) -> OutgoingSIPCall? {
        let digits = number.filter { $0.isASCII && $0.isNumber }
        guard phones.contains(number) || phones.contains(digits) else { return nil }
        let name = phones.contains(number) ? number : digits
        return OutgoingSIPCall(uri: "sip:\(name)@trunk.test", callerID: callerID)
    }
}
