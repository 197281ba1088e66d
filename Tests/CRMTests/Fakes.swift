import AsyncHTTPClient
import CRM
import Foundation
import HTTPServing
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PhoneNumbers
import RequestSigning
import ServiceLifecycle
import Synchronization

/// A CRM in memory.
struct FakeCRM: CRMPort {
    var matches: [String: CRMMatches]
    var staff: [CRMEmployee]

    func find(_ number: PhoneNumber) async throws(CRMError) -> CRMMatches { matches[number.digits] ?? CRMMatches() }
    func employees() async throws(CRMError) -> [CRMEmployee] { staff }
}

/// A portal's CRM endpoints behind a real HTTP server that checks signatures.
final class PortalServer: Sendable {
    enum Behaviour: Sendable {
        case normal
        case text(String)
        case status(Int)
    }

    private let behaviour: Behaviour
    private let clientLicence: String
    private let nonces = Mutex<Set<String>>([])

    init(behaviour: Behaviour = .normal, licence: String = "demo-licence") {
        self.behaviour = behaviour
        clientLicence = licence
    }

    private static let matches = """
        {"contacts":[{"id":5,"name":"Ivan","responsible_id":67}],"companies":[],\
        "leads":[{"id":6,"name":"Lead","responsible_id":null}]}
        """
    private static let employees = """
        {"employees":[{"id":67,"name":"Anna","extension":"067","have_phone":true,"online":false},\
        {"id":68,"name":"Boris","have_phone":false,"online":true,"workday_open":false,"own_phone":"8 911 222-33-44"}]}
        """

    func run(_ test: @escaping @Sendable (SignedClient) async throws -> Void) async throws {
        let (ports, announce) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router(), server: .orderlyHTTP1(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { announce.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "portal") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await application.run() }
            var iterator = ports.makeAsyncIterator()
            let port = await iterator.next() ?? 0
            let key = RequestKey(licenceKey: clientLicence, direction: .controllerToPortal)
            try await test(SignedClient(base: "http://127.0.0.1:\(port)/", portal: "demo", key: { key }, http: .shared))
            group.cancelAll()
            while (try? await group.next()) != nil {}
        }
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.post("crm/:question") { request, context in
            let body = Array(try await request.body.collect(upTo: 1 << 16).readableBytesView)
            guard self.isSigned(request, body) else { return Response(status: .forbidden) }
            switch self.behaviour {
            case .text(let text): return Self.json(text)
            case .status(let status): return Response(status: .init(code: status))
            case .normal: break
            }
            guard context.parameters.get("question") == "find" else { return Self.json(Self.employees) }
            let isKnown = String(decoding: body, as: UTF8.self) == #"{"phone":"79112233444"}"#
            return Self.json(isKnown ? Self.matches : #"{"contacts":[],"companies":[],"leads":[]}"#)
        }
        return router
    }

    private static func json(_ text: String) -> Response {
        Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private func isSigned(_ request: Request, _ body: [UInt8]) -> Bool {
        func header(_ name: String) -> String { HTTPField.Name(name).flatMap { request.headers[$0] } ?? "" }
        let signed = SignedRequest(
            method: "POST", path: request.head.path ?? "", body: body, time: Int64(header(SignatureHeader.time)) ?? 0,
            nonce: header(SignatureHeader.nonce))
        let key = RequestKey(licenceKey: "demo-licence", direction: .controllerToPortal)
        let isSigned =
            (try? RequestVerifier.verify(
                signed, signature: header(SignatureHeader.signature), keys: [key],
                now: Int64(Date().timeIntervalSince1970))) != nil
        return isSigned && header(SignatureHeader.portal) == "demo"
            && nonces.withLock { $0.insert(signed.nonce).inserted }
    }
}
