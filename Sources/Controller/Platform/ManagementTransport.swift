import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Sends commands of the management API: form in, JSON out, errors in the body (management API, transport).
struct ManagementTransport: Sendable {
    /// A page of call history with a thousand sessions stays below this.
    static let longestAnswer = 16 << 20

    let baseURL: String
    let http: HTTPClient
    let limit: Duration
    let clock: any Clock<Duration>

    /// One command.
    ///
    /// - Parameters:
    ///   - isRepeatable: Whether running it twice does the same as once; then it is tried three times. The others are
    ///     tried again only when the platform says that it has not begun.
    ///   - token: The service account's token, for commands that bring no API key.
    func send(
        _ method: String, _ fields: [FormFields.Field], isRepeatable: Bool, token: String? = nil
    ) async throws(ManagementError) -> JSONValue {
        var pauses = [Duration.milliseconds(100), .milliseconds(400)]
        while true {
            do throws(ManagementError) {
                return try await once(method, fields, token)
            } catch {
                let mayRepeat = error.isUnstarted || (isRepeatable && error.isPassing)
                guard mayRepeat, !pauses.isEmpty, !Task.isCancelled else { throw error }
                try? await clock.sleep(for: pauses.removeFirst())
            }
        }
    }

    private func once(
        _ method: String, _ fields: [FormFields.Field], _ token: String?
    ) async throws(ManagementError) -> JSONValue {
        var request = HTTPClientRequest(url: "\(baseURL)/platform_api/\(method)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        request.body = .bytes(ByteBuffer(string: FormFields(fields).encoded))
        let status: Int
        let body: Data
        do {
            let response = try await http.execute(request, timeout: TimeAmount(limit))
            status = Int(response.status.code)
            body = Data(buffer: try await response.body.collect(upTo: Self.longestAnswer))
        } catch {
            throw ManagementError(method: method, kind: .unreachable("\(type(of: error))"))
        }
        guard status == 200 else { throw ManagementError(method: method, kind: .unreachable("status \(status)")) }
        return try Self.answer(method, body)
    }

    private static func answer(_ method: String, _ body: Data) throws(ManagementError) -> JSONValue {
        guard let answer = JSONValue(body), case .object = answer else {
            throw ManagementError(method: method, kind: .wrongAnswer("no JSON object"))
        }
        // Newer answers of the cloud may carry a list of errors, with or without the single one.
        if let error = answer["error"] ?? answer["errors"]?.elements.first {
            throw ManagementError(
                method: method,
                kind: .refused(code: error["code"]?.int64 ?? 0, message: error["msg"]?.string ?? "no message"))
        }
        return answer
    }
}
