import Synchronization

@testable import VoicePlatform

/// A clock that stands still until a test moves it.
final class ManualTime: Sendable {
    private let time: Mutex<UnixTime>

    init(_ time: UnixTime) { self.time = Mutex(time) }

    var now: UnixTime {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}
