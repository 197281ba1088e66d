import Foundation
import NIOCore

/// Time as sessions see it: timers, time-outs and the stamps of the log.
///
/// The event loop's clock in the product, one that tests move by hand in tests. Used on the runtime's event loop only.
public protocol SessionClock: AnyObject {
    /// Milliseconds since 1970 in UTC.
    var unixMilliseconds: Int64 { get }
    /// Runs an action once after a time; not before this method has returned.
    func schedule(afterMilliseconds delay: Int64, _ action: @escaping () -> Void) -> any ScheduledAction
}

/// An action that waits for its time.
public protocol ScheduledAction {
    /// The action will not run; without effect when it has run.
    func cancel()
}

/// The clock of an event loop and of the system.
public final class EventLoopClock: SessionClock {
    private let eventLoop: any EventLoop

    public init(eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    // Not by `timespec`: built whole-module, the compiler takes that type for libcurl's, whose headers include it.
    public var unixMilliseconds: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    public func schedule(afterMilliseconds delay: Int64, _ action: @escaping () -> Void) -> any ScheduledAction {
        EventLoopAction(eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(delay)) { action() })
    }
}

private struct EventLoopAction: ScheduledAction {
    private let task: Scheduled<Void>

    init(_ task: Scheduled<Void>) { self.task = task }

    func cancel() { task.cancel() }
}
