import HTTPTypes
import HummingbirdCore
import NIOCore
import Synchronization

/// Whether a system can do its work now, part by part.
public struct ReadinessReport: Sendable, Equatable {
    /// Something that the work needs.
    public struct Part: Sendable, Equatable {
        /// A word of latin letters.
        public var name: StaticString
        public var isReady: Bool

        public init(_ name: StaticString, _ isReady: Bool) {
            self.name = name
            self.isReady = isReady
        }

        public static func == (left: Part, right: Part) -> Bool {
            left.name.description == right.name.description && left.isReady == right.isReady
        }
    }

    public var parts: [Part]

    public init(_ parts: [Part]) { self.parts = parts }

    /// Whether every part is.
    public var isReady: Bool { parts.allSatisfy(\.isReady) }

    /// 200 or 503, with `{"status":"ready","parts":{"database":true}}`.
    public var response: Response {
        let fields = parts.map { "\"\($0.name)\":\($0.isReady)" }.joined(separator: ",")
        let text = "{\"status\":\"\(isReady ? "ready" : "not_ready")\",\"parts\":{\(fields)}}"
        var headers: HTTPFields = [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"]
        if !isReady { headers[.retryAfter] = "5" }
        return Response(
            status: isReady ? .ok : .serviceUnavailable, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

/// Remembers that a system has been told to end.
public final class EndingMark: Sendable {
    private let isSet = Atomic(false)

    public init() {}

    public func set() { isSet.store(true, ordering: .relaxed) }
    public var isEnding: Bool { isSet.load(ordering: .relaxed) }
}
