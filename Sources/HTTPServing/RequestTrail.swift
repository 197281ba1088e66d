import HummingbirdCore
import Logging
import NIOCore

/// The request that a task works for, so that everything that is logged on its way can be found together.
public enum RequestTrail {
    /// 16 hexadecimal digits, made anew for each request; nil outside requests.
    @TaskLocal public static var id: String?

    /// Adds `request.id` to whatever a request has logged.
    public static let metadata = Logger.MetadataProvider { id.map { ["request.id": "\($0)"] } ?? [:] }

    static func freshID() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The same answers, given under a fresh identifier.
    static func followed(_ responder: @escaping HTTPChannelHandler.Responder) -> HTTPChannelHandler.Responder {
        { request, writer, channel in
            let held = HeldWriter(writer)
            try await $id.withValue(freshID()) { try await responder(request, held.take(), channel) }
        }
    }
}

/// Carries a writer, of which there is one, into a closure.
private final class HeldWriter {
    private var writer: ResponseWriter?

    init(_ writer: consuming ResponseWriter) { self.writer = consume writer }

    /// Call once.
    func take() -> ResponseWriter {
        guard let taken = writer.take() else { preconditionFailure("the answer's writer is taken twice") }
        return taken
    }
}
