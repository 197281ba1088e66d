import AsyncHTTPClient
import Digests
import Foundation
import Logging
import NIOCore
import NIOFoundationCompat
import NIOHTTP1
import RequestSigning
import ServiceLifecycle
import TestPostgres

@testable import Portal

/// A running portal beside a fake controller, spoken to over real HTTP.
struct PortalFixture: Sendable {
    static let portalID = "demo"
    static let licenceKey = "licence-key-of-the-demo-portal"

    let controller: FakeController
    let clock: TestClock
    let directory: String
    let base: String

    static let seed = """
        {"company": {"name": "Demo <Ltd>", "language": "RU"},
         "employees": [
          {"id": 67, "name": "Ivan", "login": "ivan", "password": "secret-67", "extension": "101", "have_phone": true,
           "admin": true, "own_phone": "+7 903 111-22-33"},
          {"id": 68, "name": "Olga", "login": "olga", "password": "secret-68", "extension": "007"}],
         "lines": [{"SEARCH_ID": "74012000000", "PHONE_TITLE": "8 (800) 250-18-60", "RECORDING": "Y",
           "QUEUE_USERS": [67, 68]}],
         "contacts": [{"id": 1, "name": "Client", "phones": ["8 (911) 223-34-44"], "responsible_id": 67}]}
        """

    /// Starts both, runs `test`, stops both.
    static func run(_ test: @Sendable (PortalFixture) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "portal-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory + "/sounds", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let clock = TestClock()
        let controller = FakeController(clock: clock)
        try await serving(controller) {
            let configuration = try await configuration(directory, controllerPort: try await controller.port())
            let portal = try await Portal.open(configuration, logger: quiet, now: { clock.now })
            try await portal.importSeed(Data(seed.utf8))
            try await serving(portal) {
                let base = "http://127.0.0.1:\(try await portal.port())"
                try await test(
                    PortalFixture(controller: controller, clock: clock, directory: directory, base: base))
            }
        }
    }

    /// Runs `test` with a second portal of the same database, as after a restart.
    func again(
        storageKey: String? = nil, _ test: @escaping @Sendable (PortalFixture) async throws -> Void
    ) async throws {
        let clock = clock
        var configuration = try await Self.configuration(directory, controllerPort: try await controller.port())
        if let storageKey { configuration.storageKey = storageKey }
        let portal = try await Portal.open(configuration, logger: Self.quiet, now: { clock.now })
        try await Self.serving(portal) {
            let base = "http://127.0.0.1:\(try await portal.port())"
            try await test(PortalFixture(controller: controller, clock: clock, directory: directory, base: base))
        }
    }

    /// Runs `work` beside a service and then shuts the service down.
    ///
    /// Not by cancelling it: a server whose task is cancelled drops connections that it has taken and not yet begun to
    /// serve, and NIO ends the process for each of them.
    private static func serving(_ service: any Service, _ work: () async throws -> Void) async throws {
        let services = ServiceGroup(services: [service], logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await services.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await work()) } catch { result = .failure(error) }
            await services.triggerGracefulShutdown()
            try await group.next()
            try result.get()
        }
    }

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    static func configuration(_ directory: String, controllerPort: Int) async throws -> PortalConfiguration {
        PortalConfiguration(
            port: 0, database: try await TestDatabases.location(directory + "/portal.sqlite"), portalID: portalID,
            licenceKey: licenceKey,
            storageKey: String(repeating: "07", count: 32), controllerURL: "http://127.0.0.1:\(controllerPort)",
            publicURL: "http://portal.example/",
            soundsDirectory: directory + "/sounds", retryPause: .milliseconds(20), passwordIterations: 10)
    }

    enum Verb: String, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case put = "PUT"
        case delete = "DELETE"
    }

    struct Answer: Sendable {
        var status: UInt
        var headers: HTTPHeaders
        var text: String
        func header(_ name: String) -> [String] { headers[name] }
        var json: JSONValue { (try? JSONValue(parsing: Data(text.utf8))) ?? .null }
    }

    func send(
        _ verb: Verb, _ path: String, headers: [(String, String)] = [], body: String? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: verb.rawValue)
        request.headers = HTTPHeaders(headers)
        if let body { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(180))
        let text = String(buffer: try await response.body.collect(upTo: 1 << 20))
        return Answer(status: response.status.code, headers: response.headers, text: text)
    }

    /// A request of an employee's browser.
    func api(_ verb: Verb, _ path: String, _ token: String?, _ body: JSONValue? = nil) async throws -> Answer {
        try await send(
            verb, path, headers: token.map { [("Authorization", "Bearer \($0)")] } ?? [],
            body: try body.map { String(decoding: try $0.encoded(), as: UTF8.self) })
    }

    /// A page as a browser asks for it.
    func page(_ path: String, _ token: String) async throws -> Answer {
        try await send(.get, path, headers: [("Cookie", "session=\(token)")])
    }

    /// Sends a form and does not follow where it leads.
    func submit(_ path: String, _ token: String, _ form: String) async throws -> (
        status: UInt, location: String?, text: String
    ) {
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "Cookie", value: "session=\(token)")
        request.body = .bytes(ByteBuffer(string: form))
        let client = HTTPClient(configuration: .init(redirectConfiguration: .disallow))
        let answer = try await client.execute(request, timeout: .seconds(180))
        let text = String(buffer: try await answer.body.collect(upTo: 1 << 20))
        try await client.shutdown()
        return (UInt(answer.status.code), answer.headers["Location"].first, text)
    }

    func logIn(_ login: String = "ivan", _ password: String = "secret-67") async throws -> String {
        let answer = try await api(.post, "/api/login", nil, ["login": .text(login), "password": .text(password)])
        return answer.json["token"]?.string ?? ""
    }

    /// A request of the controller.
    func signed(_ path: String, _ body: JSONValue) async throws -> Answer {
        let text = String(decoding: try body.encoded(), as: UTF8.self)
        return try await send(.post, path, headers: signature(path, text), body: text)
    }

    /// The headers of a signed request; each part can be falsified.
    func signature(
        _ path: String, _ body: String, portal: String = portalID, licenceKey: String = licenceKey,
        direction: RequestKey.Direction = .controllerToPortal, time: Int64? = nil, nonce: String = UUID().uuidString
    ) -> [(String, String)] {
        let request = SignedRequest(
            method: "POST", path: path, body: Array(body.utf8), time: time ?? clock.now, nonce: nonce)
        return [
            (SignatureHeader.portal, portal), (SignatureHeader.time, String(request.time)),
            (SignatureHeader.nonce, nonce),
            (SignatureHeader.signature, request.signature(RequestKey(licenceKey: licenceKey, direction: direction))),
        ]
    }

    /// Opens an employee's event stream, runs `work` with it, closes it.
    func withEvents(_ token: String, _ work: (inout EventReader) async throws -> Void) async throws {
        var request = HTTPClientRequest(url: base + "/api/events")
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(180))
        var reader = EventReader(body: response.body.makeAsyncIterator())
        _ = try await reader.block()
        try await work(&reader)
    }
}

/// Reads server-sent events block by block.
struct EventReader {
    struct Ended: Error {}

    var body: HTTPClientResponse.Body.AsyncIterator
    private var buffer = ""

    init(body: HTTPClientResponse.Body.AsyncIterator) { self.body = body }

    /// The next block of lines.
    mutating func block() async throws -> String {
        while true {
            if let end = buffer.firstRange(of: "\n\n") {
                let block = String(buffer[..<end.lowerBound])
                buffer = String(buffer[end.upperBound...])
                return block
            }
            guard let bytes = try await body.next() else { throw Ended() }
            buffer += String(buffer: bytes)
        }
    }

    /// The next event: its name and data.
    mutating func next() async throws -> (name: String, data: JSONValue) {
        while true {
            let lines = try await block().split(separator: "\n")
            guard let name = lines.first(where: { $0.hasPrefix("event: ") }),
                let data = lines.first(where: { $0.hasPrefix("data: ") })
            else { continue }
            return (String(name.dropFirst(7)), try JSONValue(parsing: Data(data.dropFirst(6).utf8)))
        }
    }
}

extension JSONValue {
    subscript(key: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    var string: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    var elements: [JSONValue] {
        guard case .list(let list) = self else { return [] }
        return list
    }
}
