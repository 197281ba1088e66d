import Foundation
import HTTPTypes
import RequestSigning
import Yams

@testable import Controller

/// What `docs/openapi.yaml` says of the controller.
struct OpenAPIDocument {
    /// Whoever may use an operation.
    enum Proof: Hashable {
        case nothing, signature, payment
        case staff(StaffRole)
    }

    struct Operation {
        var proof: Proof?
        var answers: Set<String>
        var id: String
        var isComplete: Bool
    }

    static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "docs/openapi.yaml")
    private static let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]
    private static let payment: Set<String> = ["signature", "signatureTime", "signaturePayment"]
    private static let signature: Set<String> = ["signature", "signaturePortal", "signatureTime", "signatureNonce"]

    /// By method and path, as in `POST /portal/GetUser`.
    var operations: [String: Operation] = [:]
    /// Of errors.
    var codes: [String] = []
    /// Of scenarios.
    var scenarioCommands: [String] = []

    init() throws {
        let whole = try Yams.load(yaml: String(contentsOf: Self.file, encoding: .utf8))
        for (path, item) in Self.object(Self.at(whole, "paths")) where Self.isController(item) {
            for method in Self.methods {
                guard let operation = Self.at(item, method) else { continue }
                operations["\(method.uppercased()) \(path)"] = Operation(
                    proof: Self.proof(operation),
                    answers: Set(Self.object(Self.at(operation, "responses")).keys),
                    id: Self.at(operation, "operationId") as? String ?? "",
                    isComplete: Self.at(operation, "summary") is String
                        && Self.answers(operation).allSatisfy(Self.isShaped))
            }
        }
        let schemas = Self.at(whole, "components", "schemas")
        codes = Self.texts(
            Self.at(schemas, "ControllerError", "properties", "error", "properties", "code", "enum"))
        scenarioCommands = Self.texts(Self.at(schemas, "ScenarioForm", "properties", "COMMAND", "enum"))
    }

    private static func isController(_ item: Any) -> Bool {
        let servers = at(item, "servers") as? [Any] ?? []
        return servers.contains { at($0, "description") as? String == "controller" }
    }

    private static func proof(_ operation: Any) -> Proof? {
        guard let ways = at(operation, "security") as? [Any] else { return nil }
        if ways.isEmpty { return .nothing }
        let schemes = ways.map { Set(object($0).keys) }
        if schemes == [signature] { return .signature }
        if schemes == [payment] { return .payment }
        guard schemes == [["operatorToken"]], let role = at(operation, "x-role") as? String else { return nil }
        return StaffRole(rawValue: role).map(Proof.staff)
    }

    private static func answers(_ operation: Any) -> [Any] { Array(object(at(operation, "responses")).values) }

    /// Whether an answer says what it is and what comes with it.
    private static func isShaped(_ answer: Any) -> Bool {
        at(answer, "$ref") is String || at(answer, "description") is String && !object(at(answer, "content")).isEmpty
    }

    // MARK: Values of any kind

    private static func at(_ value: Any?, _ names: String...) -> Any? {
        names.reduce(value) { value, name in (value as? [String: Any])?[name] }
    }

    private static func object(_ value: Any?) -> [String: Any] { value as? [String: Any] ?? [:] }

    private static func texts(_ value: Any?) -> [String] { (value as? [Any] ?? []).compactMap { $0 as? String } }
}

extension Endpoint {
    /// What the document must say of it: a door for each command of the portals.
    func documented(_ commands: [String]) -> [(name: String, proof: OpenAPIDocument.Proof)] {
        let proof: OpenAPIDocument.Proof =
            switch work {
            case .open: .nothing
            case .signed: .signature
            case .payment: .payment
            case .staff(let role, _): .staff(role)
            }
        let parts = path.split(separator: "/").map { $0.hasPrefix(":") ? "{\($0.dropFirst())}" : String($0) }
        let name = "\(method.rawValue) /\(parts.joined(separator: "/"))"
        guard path == "portal/:command" else { return [(name, proof)] }
        return commands.map { (name.replacing("{command}", with: $0), proof) }
    }
}
