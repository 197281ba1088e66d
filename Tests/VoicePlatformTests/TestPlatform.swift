import AsyncHTTPClient
import Billing
import CallControl
import Foundation
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Synchronization
import Testing
import VoiceEngine

@testable import VoicePlatform

/// A platform on a free port with a database in a directory of its own, and a client for it.
struct TestPlatform: Sendable {
    let core: PlatformCore
    let hosting: RecordingHost
    let base: String

    static let masterKey = "master-key-0123456789"

    static func configuration(dataDirectory: String) throws -> VoicePlatformConfiguration {
        let call = TariffRow(.outgoing, .voip, text: "any outgoing voip", pricePerMinute: try Money("0.006", .eur))
        let incoming = TariffRow(.incoming, .voip, text: "any Incoming VoIP", pricePerMinute: .zero(.eur))
        let toll = TariffRow(
            .incoming, .pstn(prefix: "800"), text: "Incoming PSTN tollfree", pricePerMinute: try Money("0.1", .eur))
        return VoicePlatformConfiguration(
            port: 0, dataDirectory: dataDirectory, domain: "voice.test",
            masterAccounts: [
                MasterAccount(
                    name: "operator-eur", email: "eur@operator.test", currency: .eur, apiKey: masterKey,
                    openingBalance: try Money("1000", .eur)),
                MasterAccount(
                    name: "operator-rub", email: "rub@operator.test", currency: .rub, apiKey: "another-master-key"),
            ],
            tariffs: [try Tariff(currency: .eur, rows: [call, incoming, toll])],
            numbers: NumberCatalogue(regions: [
                NumberRegion(
                    id: 1, countryCode: "RU", phonePrefix: "7", categoryName: "GEOGRAPHIC", name: "Kaliningrad",
                    areaCode: "4012", monthlyPrice: [try Money("2", .eur)], installationPrice: [try Money("1", .eur)],
                    numbers: ["74012000001", "74012000002", "74012000003"]),
                NumberRegion(
                    id: 2, countryCode: "DE", phonePrefix: "49", categoryName: "TOLLFREE", name: "Germany",
                    numbers: ["80012345"]),
            ]))
    }

    /// Runs a platform while `body` does.
    static func run<Value: Sendable>(
        _ adjust: (inout VoicePlatformConfiguration) -> Void = { _ in },
        clock: @escaping @Sendable () -> UnixTime = UnixTime.now, onStatement: (@Sendable (String) -> Void)? = nil,
        _ body: @Sendable (TestPlatform) async throws -> Value
    ) async throws -> Value {
        let directory = NSTemporaryDirectory() + "platform-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var configuration = try configuration(dataDirectory: directory)
        adjust(&configuration)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let core = try await PlatformCore.open(configuration, logger: logger, clock: clock, onStatement: onStatement)
        let hosting = RecordingHost()
        let services: [any Service] = [core.history, core.httpService(hosting: hosting, orders: hosting.orders)]
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let serving = ServiceGroup(services: services, gracefulShutdownSignals: [], logger: logger)
            group.addTask { try await serving.run() }
            let port = try await core.address.wait()
            let platform = TestPlatform(core: core, hosting: hosting, base: "http://127.0.0.1:\(port)")
            let result: Result<Value, any Error>
            do { result = .success(try await body(platform)) } catch { result = .failure(error) }
            await serving.triggerGracefulShutdown()
            try await group.waitForAll()
            return try result.get()
        }
    }

    /// Calls a method with the fields in a form body.
    ///
    /// - Parameter bearer: A token for the `Authorization` header.
    func call(_ method: String, _ fields: [String: String], bearer: String? = nil) async throws -> Answer {
        var request = HTTPClientRequest(url: "\(base)/platform_api/\(method)")
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        if let bearer { request.headers.add(name: "Authorization", value: "Bearer \(bearer)") }
        request.body = .bytes(ByteBuffer(string: Self.form(fields)))
        return try await send(request)
    }

    /// Sends a request; the answer must be JSON with status 200.
    func send(_ request: HTTPClientRequest) async throws -> Answer {
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(180))
        let body = try await response.body.collect(upTo: 1 << 22)
        try #require(response.status == .ok, "status \(response.status)")
        return try Answer(Data(body.readableBytesView))
    }

    /// Any request, with the answer's status, headers and text.
    func fetch(
        _ path: String, method: String = "GET", headers: [String: String] = [:], body: String = ""
    ) async throws -> (status: Int, headers: [String: String], text: String) {
        var request = HTTPClientRequest(url: base + path)
        request.method = .RAW(value: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if !body.isEmpty { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(180))
        let content = try await response.body.collect(upTo: 1 << 22)
        let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
        return (Int(response.status.code), Dictionary(fields) { $1 }, String(buffer: content))
    }

    static func form(_ fields: [String: String]) -> String {
        var allowed = CharacterSet.alphanumerics
        allowed.insert(charactersIn: "-._~")
        return fields.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }.joined(separator: "&")
    }

    /// A new active child account of the EUR master.
    func child(_ name: String) async throws -> Tenant {
        let answer = try await call(
            "AddAccount",
            [
                "parent_account_name": "operator-eur", "parent_account_api_key": Self.masterKey, "account_name": name,
                "account_email": "\(name)@tenant.test", "account_password": "Secret-123", "active": "true",
            ])
        return Tenant(platform: self, id: try answer.integer("account_id"), key: try answer.text("api_key"), name: name)
    }

    /// The operator's EUR account.
    var master: Tenant {
        get async throws {
            let probe = ["account_name": "operator-eur", "api_key": Self.masterKey]
            let id = try await call("GetAccountInfo", probe)["result"].integer("account_id")
            return Tenant(platform: self, id: id, key: Self.masterKey, name: "operator-eur")
        }
    }
}

/// An account as a client of the API.
struct Tenant: Sendable {
    let platform: TestPlatform
    let id: Int
    let key: String
    let name: String

    /// Calls a method with the account's credentials.
    @discardableResult
    func call(_ method: String, _ fields: [String: String] = [:]) async throws -> Answer {
        let credentials = ["account_id": "\(id)", "api_key": key]
        return try await platform.call(method, fields.merging(credentials) { field, _ in field })
    }

    /// An application with one scenario, one rule for everything and one user.
    func furnish() async throws -> Furniture {
        let application = try await call("AddApplication", ["application_name": "switchboard"]).integer(
            "application_id")
        let scenario = try await call(
            "AddScenario", ["scenario_name": "bitrix24", "scenario_script": "VoxEngine.terminate();"]
        ).integer("scenario_id")
        let rule = try await call(
            "AddRule",
            [
                "application_id": "\(application)", "rule_name": "incoming", "rule_pattern": ".*",
                "scenario_id": "\(scenario)",
            ]
        ).integer("rule_id")
        let user = try await call(
            "AddUser",
            [
                "application_id": "\(application)", "user_name": "user67", "user_display_name": "Employee 67",
                "user_password": "Secret-123",
            ]
        ).integer("user_id")
        return Furniture(application: application, scenario: scenario, rule: rule, user: user)
    }
}

struct Furniture: Sendable {
    let application: Int
    let scenario: Int
    let rule: Int
    let user: Int
}

/// A JSON answer.
struct Answer: @unchecked Sendable, CustomStringConvertible {  // Only values of JSONSerialization, never changed.
    let value: Any
    /// The document as it was sent, for a whole answer.
    private let text: String?

    init(_ data: Data) throws {
        value = try JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
        text = String(decoding: data, as: UTF8.self)
    }

    private init(value: Any) {
        self.value = value
        text = nil
    }

    var description: String { text ?? "\(value)" }

    subscript(name: String) -> Answer {
        Answer(value: (value as? [String: Any])?[name] ?? NSNull())
    }

    subscript(index: Int) -> Answer {
        let items = value as? [Any] ?? []
        return Answer(value: items.indices.contains(index) ? items[index] : NSNull())
    }

    var items: [Answer] { (value as? [Any] ?? []).map(Answer.init(value:)) }
    var number: Int? { (value as? NSNumber)?.intValue }
    var decimal: Double? { (value as? NSNumber)?.doubleValue }
    var string: String? { value as? String }
    var flag: Bool? { (value as? NSNumber)?.boolValue }
    var isMissing: Bool { value is NSNull }

    func integer(_ name: String) throws -> Int { try #require(self[name].number, "\(name) in \(self)") }
    func text(_ name: String) throws -> String { try #require(self[name].string, "\(name) in \(self)") }

    var errorCode: Int? { self["error"]["code"].number }
    var errorField: String? { self["error"]["field_name"].string }
}

/// A host that only notes what it is asked.
final class RecordingHost: SessionHosting {
    private struct State {
        var started: [ScenarioStart] = []
        var delivered: [ControlURLRequest] = []
        var verifications: [VerificationCall] = []
        var forgotten: [UserAddress] = []
    }

    private let state = Mutex(State())
    static let livingPath = "/request/0123456789abcdef.1700000000.1_127.0.0.1/0123456789abcdef"

    var started: [ScenarioStart] { state.withLock(\.started) }
    var delivered: [ControlURLRequest] { state.withLock(\.delivered) }

    func start(_ start: ScenarioStart) async throws -> StartedSession {
        state.withLock { $0.started.append(start) }
        return StartedSession(id: SessionID(rawValue: 77), accessPath: Self.livingPath)
    }

    /// Users whose phones were forgotten, in order.
    var forgotten: [UserAddress] { state.withLock(\.forgotten) }

    var orders: EngineOrders {
        EngineOrders(
            forgetPhones: { [self] user in state.withLock { $0.forgotten.append(user) } },
            trunks: { [TrunkStatus(name: TrunkName(rawValue: "carrier"))] })
    }

    var verifications: [VerificationCall] { state.withLock(\.verifications) }

    func takesSessions() async -> Bool { true }

    func call(_ verification: VerificationCall) async throws {
        state.withLock { $0.verifications.append(verification) }
    }

    func deliver(_ request: ControlURLRequest) async -> ControlURLAnswer {
        guard request.path == Self.livingPath else { return .gone }
        state.withLock { $0.delivered.append(request) }
        return .answered(body: "taken", contentType: "text/plain")
    }
}
