import AsyncHTTPClient
import Billing
import Controller
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1

/// The four master accounts as both sides know them.
enum MasterAccounts {
    static func name(_ currency: Currency) -> String { "master-\(currency.code.lowercased())" }

    /// The service accounts' keys of a folder, `rub.json` and its sisters; a currency without a file has none.
    ///
    /// - Throws: ``ServiceKeyError`` for a file that cannot be used; ``AssemblyError`` for a folder without any.
    static func serviceKeys(in folder: String) throws -> [Currency: ServiceKey] {
        guard !folder.isEmpty else { return [:] }
        var keys: [Currency: ServiceKey] = [:]
        for currency in Currency.allCases {
            let path = "\(folder)/\(currency.code.lowercased()).json"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            keys[currency] = try ServiceKey(contentsOfFile: path)
        }
        guard !keys.isEmpty else { throw AssemblyError.noServiceKeys(folder: folder) }
        return keys
    }

    /// Asks the platform for the accounts' numbers, for as long as it is only starting.
    static func resolve(
        at url: String, keys: [String: String], client: HTTPClient
    ) async throws -> [Currency: PlatformAccess.Credentials] {
        var accounts: [Currency: PlatformAccess.Credentials] = [:]
        for currency in Currency.allCases {
            guard let key = keys[currency.code] else { continue }
            let id = try await accountID(name(currency), key: key, at: url, client: client)
            accounts[currency] = PlatformAccess.Credentials(accountID: id, apiKey: Secret(key))
        }
        return accounts
    }

    private struct Answer: Decodable {
        struct Account: Decodable {
            let id: Int64

            enum CodingKeys: String, CodingKey { case id = "account_id" }
        }
        let result: Account
    }

    private static func accountID(_ name: String, key: String, at url: String, client: HTTPClient) async throws -> Int64
    {
        var request = HTTPClientRequest(url: "\(url)/platform_api/GetAccountInfo")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: "account_name=\(name)&api_key=\(key)"))
        var lastProblem = ""
        for attempt in 0..<60 {
            do {
                let response = try await client.execute(request, timeout: .seconds(5))
                let body = try await response.body.collect(upTo: 1 << 20)
                if let answer = try? JSONDecoder().decode(Answer.self, from: body) { return answer.result.id }
                throw AssemblyError.masterAccountsUnreachable(url: url, detail: "the key of \(name) was refused")
            } catch let error as AssemblyError {
                throw error
            } catch {
                lastProblem = "no connection"
                try await Task.sleep(for: .milliseconds(attempt < 20 ? 100 : 1000))
            }
        }
        throw AssemblyError.masterAccountsUnreachable(url: url, detail: lastProblem)
    }
}
