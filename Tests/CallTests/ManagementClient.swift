import AsyncHTTPClient
import Foundation
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import Testing

@testable import Switchboard

/// The management API of an installation, used by one account.
struct ManagementClient {
    let installation: TestInstallation
    private let account: String
    private let key: String

    /// A client for the master account in euro.
    init(installation: TestInstallation) {
        self.init(
            installation: installation, account: "master-eur",
            key: installation.demo.installation.secrets.masterKeys["EUR"] ?? "")
    }

    private init(installation: TestInstallation, account: String, key: String) {
        self.installation = installation
        self.account = account
        self.key = key
    }

    /// Makes an account below this one.
    func child(_ name: String) async throws -> ManagementClient {
        let answer = try await call(
            "AddAccount",
            [
                "parent_account_name": account, "parent_account_api_key": key, "account_name": name,
                "account_email": "\(name)@tenant.test", "account_password": "Secret-123", "active": "true",
            ], isSigned: false)
        let key = try #require(answer["api_key"] as? String)
        return ManagementClient(installation: installation, account: name, key: key)
    }

    @discardableResult
    func call(_ method: String, _ fields: [String: String] = [:]) async throws -> [String: Any] {
        try await call(method, fields, isSigned: true)
    }

    private func call(_ method: String, _ fields: [String: String], isSigned: Bool) async throws -> [String: Any] {
        var form = URLComponents()
        let credentials = isSigned ? ["account_name": account, "api_key": key] : [:]
        form.queryItems = fields.merging(credentials) { own, _ in own }
            .map { URLQueryItem(name: $0.key, value: $0.value) }
        var request = HTTPClientRequest(url: "\(installation.settings.url("voice.http"))/platform_api/\(method)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        let text = (form.percentEncodedQuery ?? "").replacing("+", with: "%2B")
        request.body = .bytes(ByteBuffer(string: text))
        let response = try await installation.demo.installation.client.execute(request, timeout: .seconds(20))
        let body = Data(buffer: try await response.body.collect(upTo: 1 << 20))
        let answer = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
        #expect(answer["error"] == nil, "\(method): \(answer)")
        return answer
    }

    /// Makes an application with one scenario and one rule, which takes every call.
    func furnish(_ script: String) async throws -> (domain: String, rule: String) {
        let made = try await call("AddApplication", ["application_name": "desk"])
        try await call("AddScenario", ["scenario_name": "desk", "scenario_script": script])
        let application = try #require(made["application_name"] as? String)
        let rule = try await call(
            "AddRule",
            [
                "application_id": "\(try #require(made["application_id"]))", "rule_name": "all", "rule_pattern": ".*",
                "scenario_name": "desk",
            ])
        return (application, "\(try #require(rule["rule_id"]))")
    }
}
