import AsyncHTTPClient
import Billing
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// Calls the voice platform's management API as the operator's own account of a currency.
struct PlatformClient: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let url: String
    /// Name and key of the account.
    let account: String
    let key: String
    let client: HTTPClient

    /// Runs `body` with the installation's account of a currency.
    static func run<Result>(
        _ settings: Settings, _ currency: Currency, _ body: (PlatformClient) async throws -> Result
    ) async throws -> Result {
        let secrets = try Secrets.loadOrMake(in: settings.text("data.directory"))
        guard let key = secrets.masterKeys[currency.code] else {
            throw Failure(description: "secrets.json has no key of the \(currency.code) account; restore the file.")
        }
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        let platform = PlatformClient(
            url: settings.url("voice.http"), account: MasterAccounts.name(currency), key: key, client: http)
        do {
            let result = try await body(platform)
            try await http.shutdown()
            return result
        } catch {
            try? await http.shutdown()
            throw error
        }
    }

    /// The answer of a method.
    ///
    /// - Throws: ``Failure`` with the platform's words when it refuses, or when it does not answer.
    func call(_ method: String, _ fields: [String: String] = [:]) async throws -> [String: Any] {
        var request = HTTPClientRequest(url: "\(url)/platform_api/\(method)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(
            ByteBuffer(string: Self.form(fields.merging(["account_name": account, "api_key": key]) { $1 })))
        let response: HTTPClientResponse
        do {
            response = try await client.execute(request, timeout: .seconds(20))
        } catch {
            throw Failure(
                description: "The voice platform does not answer at \(url); is it running? Set voice.http.url.")
        }
        let data = Data(buffer: try await response.body.collect(upTo: 1 << 24))
        let object = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] ?? [:]
        if let error = object["error"] as? [String: Any] {
            throw Failure(description: "The voice platform refused: \(error["msg"] ?? "no reason given")")
        }
        guard response.status == .ok else {
            throw Failure(description: "The voice platform answered with status \(response.status.code).")
        }
        return object
    }

    private static func form(_ fields: [String: String]) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        return fields.sorted { $0.key < $1.key }.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }.joined(separator: "&")
    }
}
