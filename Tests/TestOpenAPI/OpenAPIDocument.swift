import Foundation
import Yams

/// What `docs/openapi.yaml` says of one of the three systems.
public struct OpenAPIDocument {
    /// Who serves an operation, as the document calls them.
    public enum System: String, Sendable {
        case portal, controller
        case voicePlatform = "voice platform"
    }

    public struct Operation: Sendable {
        /// Each way in, as the names of the proofs that it takes together; empty for everybody.
        public let ways: [Set<String>]
        /// Who may, where the proof alone does not say it.
        public let role: String?
        public let hasBody: Bool
        /// Of these statuses.
        public let answers: Set<String>
        public let id: String
        /// Whether it has a summary, and each answer says what it is and what comes with it.
        public let isComplete: Bool
    }

    public static let file = SourceTree.root.appending(path: "docs/openapi.yaml")
    private static let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    /// By method and path, as in `POST /portal/GetUser`; once for each value of a part of the path that has a list of them.
    public let operations: [String: Operation]
    private let whole: Any?

    public init(of system: System) throws {
        let whole = try Yams.load(yaml: String(contentsOf: Self.file, encoding: .utf8))
        var operations: [String: Operation] = [:]
        for (path, item) in Self.object(Self.at(whole, ["paths"])) where Self.serves(system, item, whole) {
            for method in Self.methods {
                guard let operation = Self.at(item, [method]) else { continue }
                for path in Self.filled(path, item) {
                    operations["\(method.uppercased()) \(path)"] = Self.operation(operation, whole)
                }
            }
        }
        (self.whole, self.operations) = (whole, operations)
    }

    /// The texts of the list that stands at a place, as in `components`, `schemas`, `Level`, `enum`.
    public func texts(_ place: String...) -> [String] {
        (Self.at(whole, place) as? [Any] ?? []).compactMap { $0 as? String }
    }

    private static func operation(_ operation: Any, _ whole: Any?) -> Operation {
        let answers = object(at(operation, ["responses"]))
        return Operation(
            ways: ways(operation, whole), role: at(operation, ["x-role"]) as? String,
            hasBody: at(operation, ["requestBody"]) != nil, answers: Set(answers.keys),
            id: at(operation, ["operationId"]) as? String ?? "",
            isComplete: at(operation, ["summary"]) is String && answers.values.allSatisfy(isShaped))
    }

    /// The path with each value of its parts that have a list of them.
    private static func filled(_ path: String, _ item: Any) -> [String] {
        var paths = [path]
        for parameter in at(item, ["parameters"]) as? [Any] ?? [] {
            guard let name = at(parameter, ["name"]) as? String,
                let choices = at(parameter, ["schema", "enum"]) as? [Any]
            else { continue }
            paths = paths.flatMap { path in
                choices.compactMap { $0 as? String }.map { path.replacing("{\(name)}", with: $0) }
            }
        }
        return paths
    }

    private static func serves(_ system: System, _ item: Any, _ whole: Any?) -> Bool {
        let servers = at(item, ["servers"]) ?? at(whole, ["servers"])
        return (servers as? [Any] ?? []).contains { at($0, ["description"]) as? String == system.rawValue }
    }

    private static func ways(_ operation: Any, _ whole: Any?) -> [Set<String>] {
        let ways = at(operation, ["security"]) ?? at(whole, ["security"])
        return (ways as? [Any] ?? []).map { Set(object($0).keys) }
    }

    private static func isShaped(_ answer: Any) -> Bool {
        at(answer, ["$ref"]) is String
            || at(answer, ["description"]) is String && !object(at(answer, ["content"])).isEmpty
    }

    // MARK: Values of any kind

    private static func at(_ value: Any?, _ names: [String]) -> Any? {
        names.reduce(value) { value, name in (value as? [String: Any])?[name] }
    }

    private static func object(_ value: Any?) -> [String: Any] { value as? [String: Any] ?? [:] }
}
