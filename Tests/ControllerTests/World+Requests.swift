import AsyncHTTPClient
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import RequestSigning

@testable import Controller

extension World {
    struct Answer: Sendable, Equatable {
        var status: Int
        var text: String
        /// When a request that was not served may come again.
        var retryAfter: String?
        var json: JSONValue? { JSONValue(Data(text.utf8)) }
        var code: String? { json?["error"]?["code"]?.string }
    }

    /// How a request is signed; tests bend it.
    struct Signing: Sendable {
        var portal = "demo"
        var licence = World.licence
        var direction: RequestKey.Direction
        var time = Int64(Date().timeIntervalSince1970)
        var nonce = UUID().uuidString
        /// Replaces the signature; empty leaves all headers away.
        var signature: String?
        /// What is signed, when that is not what is sent.
        var signedBody: String?
        var signedPath: String?
    }

    func send(
        _ path: String, _ body: String, _ signing: Signing, _ method: HTTPRequest.Method = .post
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method.rawValue)
        if method != .get { request.body = .bytes(ByteBuffer(string: body)) }
        let signed = SignedRequest(
            method: method.rawValue, path: signing.signedPath ?? path, body: Array((signing.signedBody ?? body).utf8),
            time: signing.time, nonce: signing.nonce)
        let key = RequestKey(licenceKey: signing.licence, direction: signing.direction)
        if signing.signature != "" {
            request.headers.add(name: SignatureHeader.portal, value: signing.portal)
            request.headers.add(name: SignatureHeader.time, value: String(signing.time))
            request.headers.add(name: SignatureHeader.nonce, value: signing.nonce)
            request.headers.add(name: SignatureHeader.signature, value: signing.signature ?? signed.signature(key))
        }
        return try await answer(request)
    }

    /// A portal's command.
    func command(_ command: String, _ body: JSONValue = [:], portal: String = "demo") async throws -> Answer {
        var signing = Signing(direction: .portalToController)
        (signing.portal, signing.time) = (portal, now().seconds)
        if portal == "other" { signing.licence = Self.otherLicence }
        return try await send("/portal/\(command)", body.encoded, signing)
    }

    /// Buys a number at its price.
    @discardableResult
    func buy(_ number: String = "74012000001", portal: String = "demo") async throws -> Answer {
        try await command(
            "BuyNumber",
            [
                "REQUEST_ID": .text("order-\(number)"), "PHONE_NUMBER": .text(number), "PRICE": "10",
                "INSTALLATION_PRICE": "2",
            ], portal: portal)
    }

    /// A call as its portal sees it.
    func call(_ id: String = callID) async throws -> JSONValue? {
        try await command("GetCall", ["CALL_ID": .text(id)]).json?["result"]
    }

    /// A scenario's message.
    func scenario(_ command: String, _ fields: [(String, String)]) async throws -> Answer {
        let form = FormFields(([("COMMAND", command)] + fields).map { .init(name: $0.0, value: $0.1) })
        var signing = Signing(direction: .scenarioToController)
        signing.time = now().seconds
        return try await send("/scenario", form.encoded, signing)
    }

    /// A running scenario of that portal asks for a line's settings.
    func config(_ line: String = "test", portal: String = "demo", licence: String = licence) async throws -> Answer {
        var signing = Signing(direction: .scenarioToController)
        (signing.portal, signing.licence) = (portal, licence)
        let fields = [
            ("COMMAND", "IncomingGetConfig"), ("CALL_ID", UUID().uuidString), ("PHONE_NUMBER", ""),
            ("ACCOUNT_SEARCH_ID", line), ("CALLER_ID", Self.caller), ("ACCESS_URL", ""),
        ]
        let form = FormFields(fields.map { .init(name: $0.0, value: $0.1) })
        return try await send("/scenario", form.encoded, signing)
    }

    /// The operator's question.
    func admin(_ path: String, token: String? = World.token) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        return try await answer(request)
    }

    /// Somebody's request with a token, or with none.
    func bear(_ token: String?, _ path: String, _ body: String, _ method: HTTPRequest.Method) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method.rawValue)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if method != .get { request.body = .bytes(ByteBuffer(string: body)) }
        return try await answer(request)
    }

    /// The operator's command.
    func administer(_ path: String, _ body: String, token: String = World.token) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .POST
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        request.body = .bytes(ByteBuffer(string: body))
        return try await answer(request)
    }

    /// What the answer's request is called in the log.
    func requestID(_ path: String) async throws -> String? {
        let response = try await HTTPClient.shared.execute(HTTPClientRequest(url: base + path), timeout: .seconds(180))
        _ = try await response.body.collect(upTo: 1 << 16)
        return response.headers.first(name: "X-Request-Id")
    }

    /// The methods that the answer to a wrong one names.
    func allowed(_ path: String, _ method: HTTPRequest.Method) async throws -> String? {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method.rawValue)
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(180))
        _ = try await response.body.collect(upTo: 1 << 16)
        return response.headers.first(name: "Allow")
    }

    func answer(_ request: HTTPClientRequest) async throws -> Answer {
        let response = try await client.execute(request, timeout: patience)
        let body = try await response.body.collect(upTo: 1 << 24)
        return Answer(
            status: Int(response.status.code), text: String(buffer: body),
            retryAfter: response.headers.first(name: "Retry-After"))
    }

    static let callID = "16214d90008034a8.1437727808.225341"
    static let caller = "79112233444"

    /// The demo call's question.
    func invite(
        id: String = callID, caller: String = caller, code: String = "", line: String = "test",
        accessURL: String = ""
    ) async throws -> Answer {
        try await scenario(
            "IncomingInvite",
            [
                ("PHONE_NUMBER", "74012000001"), ("ACCOUNT_SEARCH_ID", line), ("CALL_ID", id),
                ("CALLER_ID", caller), ("DIRECT_CODE", code), ("ACCESS_URL", accessURL),
            ])
    }

    func history(id: String = callID) async throws -> Answer {
        try await scenario(
            "AddCallHistory",
            [
                ("ACCOUNT_ID", "1001"), ("PORTAL_USER_ID", "67"), ("APPLICATION_ID", "1002"), ("PORTAL_TYPE", "RENT"),
                ("PORTAL_NUMBER", "74012000001"), ("PORTAL_CALL", "N"), ("ACCOUNT_SEARCH_ID", "test"),
                ("PHONE_NUMBER", Self.caller), ("URL", "http://record.example/record.mp3"), ("INCOMING", "2"),
                ("CALL_ID", id), ("CALL_LOG", "http://log.example/call.log"), ("CALL_DURATION", "34"),
                ("CALL_START_DATE", "1437727826308"), ("CALL_STATUS", "true"), ("CALL_QUALITY", "100"),
                ("CALL_DEVICE", "WEBRTC"), ("CALL_VOTE", "0"), ("COST", "0"),
            ])
    }
}
