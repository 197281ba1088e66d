import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat

/// What the routes have in common: bodies in, answers out.
enum Exchange {
    /// Longer bodies are refused with 413.
    static let longestBody = 1 << 20
    static let cookie = "session"

    static func body(_ request: Request) async throws -> Data {
        Data(buffer: try await request.body.collect(upTo: longestBody))
    }

    /// The body as one JSON object.
    static func input(_ request: Request) async throws -> InputReader {
        try InputReader(JSONValue(parsing: try await body(request)))
    }

    static func answer(_ value: JSONValue, status: HTTPResponse.Status = .ok) throws -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/json; charset=utf-8"
        headers[.cacheControl] = "no-store"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(data: try value.encoded())))
    }

    /// The session's token: a bearer token, or the cookie where a browser cannot send headers.
    static func token(_ request: Request) -> String? {
        if let header = request.headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return String(parts[1])
        }
        return request.cookies[cookie]?.value
    }

    /// Keeps the token from scripts and from other sites' requests.
    static func sessionCookie(_ token: String, life: Int64) -> String {
        "\(cookie)=\(token); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(life)"
    }

    /// The integer of a query parameter within bounds, `fallback` without one.
    static func number(
        _ name: String, _ request: Request, in range: ClosedRange<Int64>, fallback: Int64
    ) throws(InputError) -> Int64 {
        guard let text = request.uri.queryParameters[Substring(name)] else { return fallback }
        guard let number = Int64(text), range.contains(number) else {
            throw InputError(
                path: "?\(name)", expected: "an integer from \(range.lowerBound) to \(range.upperBound)",
                found: "another text")
        }
        return number
    }
}
