import AsyncHTTPClient
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

/// `GET /recordings/<token>`: a recording for whoever has a link, without a word of the voice platform.
struct RecordingEndpoint: Sendable {
    let links: RecordingLinks
    let history: HistoryStore
    let source: RecordingSource
    let now: @Sendable () -> Moment

    var endpoint: Endpoint {
        Endpoint(
            .get, "recordings/:token",
            .open { try await answer($0.segment("token"), range: $0.request.headers[.range]) })
    }

    /// A link for a portal's call.
    ///
    /// - Throws: `ControllerError` with `callNotFound` when the call has no recording.
    func link(_ json: JSONValue, _ portal: Portal) async throws -> JSONValue {
        guard let key = CallKey(rawValue: json["CALL_ID"]?.string ?? "") else {
            throw ControllerError(.wrongRequest, "CALL_ID must be a text of 1 to \(CallKey.longest) characters")
        }
        let life = json["SECONDS"] == nil ? RecordingLinks.usualLife : json["SECONDS"]?.int64 ?? 0
        guard RecordingLinks.lives.contains(life) else {
            throw ControllerError(
                .wrongRequest,
                "SECONDS must be a number from \(RecordingLinks.lives.lowerBound) to \(RecordingLinks.lives.upperBound)"
            )
        }
        guard let address = try await history.recording(key, portal.id), source.isKnown(address) else {
            throw ControllerError(.callNotFound, "the call has no recording")
        }
        let end = Moment(milliseconds: (now().seconds + life) * 1000)
        let link = try await links.address(.init(portal: portal.id, call: key, expiresAt: end))
        return ["url": .text(link), "expires_at": .integer(end.milliseconds)]
    }

    /// The recording; every link that is wrong or has expired is refused alike.
    private func answer(_ token: String, range: String?) async throws -> Response {
        guard let target = try await links.target(token, at: now()) else { return Answers.refused }
        return try await play(target.call, target.portal, range: range)
    }

    /// A call's recording, or the part of it that the header `Range` names.
    ///
    /// - Throws: `ControllerError` with `callNotFound` when it has none, or the platform does not know it any more.
    func play(_ call: CallKey, _ portal: PortalID, range: String?) async throws -> Response {
        guard let address = try await history.recording(call, portal) else {
            throw ControllerError(.callNotFound, "there is no such recording")
        }
        let found = try await source.fetch(address, range: range, portal)
        var headers: HTTPFields = [
            .cacheControl: "private, no-store", .acceptRanges: "bytes", .xContentTypeOptions: "nosniff",
        ]
        let type = found.headers.first(name: "Content-Type") ?? ""
        // Nothing but sound is shown as what it says that it is.
        headers[.contentType] = type.hasPrefix("audio/") ? type : "application/octet-stream"
        headers[.contentRange] = found.headers.first(name: "Content-Range")
        let length = found.headers.first(name: "Content-Length").flatMap { Int($0) }
        let body = found.body
        return Response(
            status: HTTPResponse.Status(code: Int(found.status.code)), headers: headers,
            body: ResponseBody(contentLength: length) { writer in
                for try await part in body { try await writer.write(part) }
                try await writer.finish(nil)
            })
    }
}
