import HTTPTypes
import Hummingbird
import TestOpenAPI
import Testing

@testable import VoicePlatform

/// Endpoints and methods and their description are compared both ways: neither goes without the other.
@Suite struct OpenAPITests {
    @Test("The document describes every endpoint and method, and nothing else")
    func described() async throws {
        let names = try await TestPlatform.run { platform in
            let service = platform.core.httpService(hosting: platform.hosting, orders: platform.hosting.orders)
            return Set(service.routes.endpoints().routes.flatMap { Self.names("\($0.path)", $0.method) })
        }
        let documented = Set(try OpenAPIDocument(of: .voicePlatform).operations.keys)
        #expect(documented.count > 90)
        #expect(names.subtracting(documented) == [], "docs/openapi.yaml lacks these")
        #expect(documented.subtracting(names) == [], "docs/openapi.yaml has these, the platform not")
    }

    @Test("Each method is asked in a form, under its own name, with a key or a token")
    func methods() throws {
        let operations = try OpenAPIDocument(of: .voicePlatform).operations
        for method in APIMethod.all {
            let operation = try #require(operations["POST /platform_api/\(method.name)"])
            #expect(operation.id == method.name && operation.hasBody, "\(method.name)")
            #expect(operation.ways == [[], ["serviceToken"]], "\(method.name)")
        }
        #expect(Set(operations.values.map(\.id)).count == operations.count)
    }

    /// As the document calls an endpoint, once for each method of the management API.
    private static func names(_ path: String, _ method: HTTPRequest.Method) -> [String] {
        // What may be posted may be asked with GET, too; the document says so once for all.
        guard !path.contains("platform_api") || method == .post else { return [] }
        guard path.contains("{command}") else { return ["\(method.rawValue) \(path)"] }
        return APIMethod.all.map { "\(method.rawValue) \(path.replacing("{command}", with: $0.name))" }
    }
}
