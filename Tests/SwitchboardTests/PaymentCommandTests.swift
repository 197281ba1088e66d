import Foundation
import Logging
import RequestSigning
import Testing

@testable import Controller
@testable import Switchboard

/// `switchboard payment` as an operator calls it, without a running controller.
@Suite(.serialized) struct PaymentCommandTests {
    private let directory = NSTemporaryDirectory() + "payment-" + UUID().uuidString

    private func run(_ arguments: [String]) throws -> (status: Int32, output: String, errors: String) {
        try CommandTests.run(["payment"] + arguments + ["--data-directory", directory])
    }

    private static let callback = [
        "--system", "bank", "--order", "PQ4RT7ZKM2W9X", "--amount", "500.00", "--currency", "RUB", "--payment", "1'1",
    ]

    @Test func `a key is made, kept for its owner only, and signs`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let made = try run(["key", "bank", "--json"])
        #expect(made.status == 0, "\(made.errors)")
        let key = (try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])?["key"] as? String
        let secrets = try Secrets.loadOrMake(in: directory)
        #expect(secrets.paymentKeys == ["bank": try #require(key)])
        #expect(try secrets.paymentSystems().count == 1)
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/secrets.json")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let signed = try run(["sign", "--json"] + Self.callback)
        #expect(signed.status == 0, "\(signed.errors)")
        let parts = try JSONSerialization.jsonObject(with: Data(signed.output.utf8)) as? [String: Any] ?? [:]
        let headers = parts["headers"] as? [String: String] ?? [:]
        let request = SignedRequest(
            method: "POST", path: "/payments/bank", body: Array((parts["body"] as? String ?? "").utf8),
            time: Int64(headers[SignatureHeader.time] ?? "") ?? 0, nonce: "1'1")
        let requestKey = try #require(RequestKey(hexadecimal: key ?? ""))
        #expect(headers[SignatureHeader.signature] == request.signature(requestKey))
        let curl = try run(["sign"] + Self.callback)
        #expect(curl.output.hasPrefix("curl -H ") && curl.output.contains(#"X-Switchboard-Payment: 1'\''1"#))
    }

    @Test func `a new key leaves the former one its time, and a running controller sees both`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        func made(_ arguments: [String] = []) throws -> [String: Any] {
            let made = try run(["key", "bank", "--json"] + arguments)
            #expect(made.status == 0, "\(made.errors)")
            return try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any] ?? [:]
        }
        let first = try made()
        #expect(first["former_until"] is NSNull)
        let secrets = try Secrets.loadOrMake(in: directory)
        let watch = try PaymentKeyWatch(directory: directory, secrets: secrets, logger: Logger(label: "test"))
        let now = Moment(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        #expect(watch.current().map { $0.keys(at: now).count } == [1])
        let second = try made(["--overlap", "1"])
        let until = try #require(second["former_until"] as? Int64)
        #expect((3500...3700).contains(until - now.seconds))
        #expect(try Secrets.loadOrMake(in: directory).formerPaymentKeys?["bank"]?.key == first["key"] as? String)
        #expect(watch.current().map { $0.keys(at: now).count } == [2])
        // A file that is no good leaves the keys as they were.
        let whole = try Data(contentsOf: Secrets.file(in: directory))
        try Data("{".utf8).write(to: Secrets.file(in: directory))
        #expect(watch.current().map { $0.keys(at: now).count } == [2])
        try whole.write(to: Secrets.file(in: directory))
        _ = try made(["--overlap", "0"])
        #expect(try Secrets.loadOrMake(in: directory).formerPaymentKeys == nil)
        #expect(watch.current().map { $0.keys(at: now).count } == [1])
        #expect(try run(["key", "bank", "--overlap", "-1"]).status == 64)
    }

    @Test func `what is wrong is said, and nothing is made`() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let name = try run(["key", "The Bank"])
        #expect(name.status != 0 && name.errors.contains("lower-case letters"), "\(name.errors)")
        #expect(try Secrets.loadOrMake(in: directory).paymentKeys == nil)
        let unknown = try run(["sign"] + Self.callback)
        #expect(unknown.status != 0 && unknown.errors.contains("switchboard payment key"), "\(unknown.errors)")
        #expect(try run(["send", "--system", "bank"]).status == 64)
        _ = try run(["key", "bank"])
        let away = try run(["send", "--controller-url", "http://127.0.0.1:1"] + Self.callback)
        #expect(away.status == 1 && away.errors.contains("is it running"), "\(away.errors)")
    }
}
