import Foundation

/// News for an employee's browsers.
struct PortalEvent: Sendable, Hashable {
    /// What an event may be about.
    enum Name: String, Sendable, Hashable {
        /// A call rings for him.
        case invite
        /// Another browser of his has answered.
        case answerSelf = "answer_self"
        /// He talks.
        case start
        /// The call rings for him no longer.
        case timeout
        /// The call has ended.
        case hangup
        /// The call is in the history.
        case history
    }

    var name: Name
    var data: JSONValue

    /// The event on the wire (WHATWG server-sent events); JSON text has no line breaks of its own.
    func serverSent() throws -> String {
        "event: \(name.rawValue)\ndata: \(String(decoding: try data.encoded(), as: UTF8.self))\n\n"
    }
}
