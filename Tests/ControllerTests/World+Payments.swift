import AsyncHTTPClient
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import RequestSigning
import Storage
import TestPostgres

@testable import Controller

extension World {
    static let bankSecret = String(repeating: "5a", count: 32)
    static let cardsSecret = String(repeating: "6b", count: 32)
    static let paymentSystems = [("bank", bankSecret), ("cards", cardsSecret)].compactMap {
        PaymentSystem(name: $0.0, secret: Secret($0.1))
    }

    /// How a payment system's callback is signed; tests bend it.
    struct PaymentSigning: Sendable {
        var secret = World.bankSecret
        var payment = "payment-1"
        var time = Int64(Date().timeIntervalSince1970)
        /// Replaces the signature; empty leaves all headers away.
        var signature: String?
        /// What is signed, when that is not what is sent.
        var signedBody: String?
        var signedPath: String?
        var signedPayment: String?
        var signedMethod: String?
    }

    func callBack(
        _ path: String, _ body: String, _ signing: PaymentSigning, _ method: HTTPRequest.Method = .post
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = HTTPMethod(rawValue: method.rawValue)
        if method != .get { request.body = .bytes(ByteBuffer(string: body)) }
        let signed = SignedRequest(
            method: signing.signedMethod ?? method.rawValue, path: signing.signedPath ?? path,
            body: Array((signing.signedBody ?? body).utf8), time: signing.time,
            nonce: signing.signedPayment ?? signing.payment)
        if signing.signature != "", let key = RequestKey(hexadecimal: signing.secret) {
            request.headers.add(name: SignatureHeader.time, value: String(signing.time))
            request.headers.add(name: SignatureHeader.payment, value: signing.payment)
            request.headers.add(name: SignatureHeader.signature, value: signing.signature ?? signed.signature(key))
        }
        return try await answer(request)
    }

    /// The bank, or another system, confirms a payment.
    func pay(
        _ order: String, _ amount: String, _ currency: String = "RUB", payment: String = "payment-1",
        system: String = "bank"
    ) async throws -> Answer {
        let body: JSONValue = [
            "payment_id": .text(payment), "order": .text(order), "amount": .text(amount), "currency": .text(currency),
        ]
        var signing = PaymentSigning(payment: payment)
        if system == "cards" { signing.secret = Self.cardsSecret }
        return try await callBack("/payments/\(system)", body.encoded, signing)
    }

    /// A portal's new order.
    func order(
        _ amount: String = "250.00", _ request: String = "payment-0001", portal: String = "demo"
    ) async throws -> Answer {
        try await command(
            "CreatePaymentOrder", ["AMOUNT": .text(amount), "REQUEST_ID": .text(request)], portal: portal)
    }

    /// Time has passed, or something was lost.
    func change(_ statement: String) async throws {
        let database = try await Storage.Database.open(TestDatabases.location(databasePath))
        try await database.write { try $0.execute(statement) }
        try database.close()
    }
}
