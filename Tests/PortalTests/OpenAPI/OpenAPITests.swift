import Foundation
import Hummingbird
import TestOpenAPI
import TestPostgres
import Testing

@testable import Portal

/// Endpoints and their description are compared both ways: neither goes without the other.
@Suite struct OpenAPITests {
    /// Of requests of programs; the pages for people are not described.
    private static let sections = ["api", "telephony", "crm", "sounds", "health", "ready"]

    @Test("The document describes every endpoint and command, and nothing else")
    func described() async throws {
        let names = try await endpoints()
        let documented = Set(try OpenAPIDocument(of: .portal).operations.keys)
        #expect(documented.count > 60)
        #expect(names.subtracting(documented) == [], "docs/openapi.yaml lacks these")
        #expect(documented.subtracting(names) == [], "docs/openapi.yaml has these, the portal not")
    }

    @Test("Each operation says what every answer holds, that it may refuse, fail, and take no endless body")
    func answers() throws {
        let session: [Set<String>] = [["session"], ["cookie"]]
        for (name, operation) in try OpenAPIDocument(of: .portal).operations where !operation.ways.isEmpty {
            #expect(operation.isComplete, "\(name)")
            let refusal = operation.ways == session ? "401" : "403"
            #expect(operation.answers.isSuperset(of: [refusal, "500"]), "\(name)")
            #expect(!operation.hasBody || operation.answers.isSuperset(of: ["400", "413"]), "\(name)")
        }
    }

    private func endpoints() async throws -> Set<String> {
        let directory = NSTemporaryDirectory() + "endpoints-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let portal = try await Portal.open(
            PortalFixture.configuration(directory, controllerPort: 1), logger: PortalFixture.quiet)
        let names = portal.endpoints().routes.flatMap { route in
            let parts = route.path.description.split(separator: "/").map(String.init)
            guard Self.sections.contains(parts.first ?? "") else { return [String]() }
            return Self.filled(parts).map { "\(route.method.rawValue) /\($0)" }
        }
        return Set(names)
    }

    /// The path as the document writes it, once for each command.
    private static func filled(_ parts: [String]) -> [String] {
        let choices =
            switch parts.last {
            case "{command}": ControllerRoutes.Command.allCases.map(\.rawValue)
            case "{question}": ControllerRoutes.Question.allCases.map(\.rawValue)
            default: Array(parts.suffix(1))
            }
        return choices.map { (parts.dropLast() + [$0]).joined(separator: "/") }
    }
}
