import Digests
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// What the portal's pages have in common: fields of forms in, HTML out, to the log-in form without a session.
enum PageVisit {
    /// The fields of a form, of one that comes twice the first.
    static func form(_ request: Request) async throws -> [String: String] {
        fields(String(decoding: try await Exchange.body(request), as: UTF8.self))
    }

    /// The fields of a form that came in the address.
    static func query(_ request: Request) -> [String: String] { fields(request.uri.query ?? "") }

    private static func fields(_ text: String) -> [String: String] {
        let items = URLComponents(string: "?" + text.replacing("+", with: "%20"))?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    static func answer(_ html: String, status: HTTPResponse.Status = .ok) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.cacheControl] = "no-store"
        headers[.contentSecurityPolicy] =
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: html)))
    }

    /// A page for administrators; whoever is none is told so, and a failure of the controller stands on the page.
    ///
    /// - Parameter failed: Makes the page that says why it could not be done.
    static func administrator(
        _ request: Request, _ parts: PortalParts, title: String, _ make: () async throws -> Response
    ) async throws -> Response {
        do {
            try await parts.administrator(request)
            return try await make()
        } catch let refusal as PortalRefusal where refusal.code == .noSession {
            return Response.redirect(to: "/", type: .normal)
        } catch let refusal as PortalRefusal {
            return answer(PortalPage.failure(title, refusal.message), status: refusal.code.status)
        } catch ControllerFailure.refused(_, let message) {
            return answer(PortalPage.failure(title, message), status: .badGateway)
        } catch ControllerFailure.unavailable(let reason) {
            return answer(PortalPage.failure(title, "\(reason); try again in a moment"), status: .serviceUnavailable)
        }
    }

    /// Makes what a form orders happen once, however often the form is sent.
    static func requestID() -> String { Hexadecimal.encode(SecureRandom.bytes(16)) }
}
