import HTTPTypes
import TestOpenAPI
import Testing

@testable import Controller

/// Endpoints and their description are compared both ways: neither goes without the other.
@Suite struct OpenAPITests {
    @Test("A validator of others finds nothing wrong in the document")
    func valid() async throws {
        let report = try await OpenAPIValidator.run()
        #expect(report.status == 0 && report.text.contains("OK"), "\(report.text)")
    }

    @Test("The document describes every endpoint and command, and nothing else")
    func endpoints() async throws {
        let document = try OpenAPIDocument(of: .controller)
        let table = try await EndpointTable.read()
        let doors = table.endpoints.flatMap { $0.documented(table.commands) }
        let names = Set(doors.map(\.name))
        #expect(document.operations.count > 40)
        #expect(names.subtracting(document.operations.keys) == [], "docs/openapi.yaml lacks these")
        #expect(
            Set(document.operations.keys).subtracting(names) == [], "docs/openapi.yaml has these, the controller not")
        for door in doors {
            guard let operation = document.operations[door.name] else { continue }
            #expect(operation.proof == door.proof, "\(door.name): whom it is for")
        }
    }

    @Test("Each operation has a name of its own, says what every answer holds, and that it may refuse and fail")
    func answers() throws {
        let operations = try OpenAPIDocument(of: .controller).operations
        #expect(Set(operations.values.map(\.id)).count == operations.count)
        for (name, operation) in operations {
            #expect(operation.isComplete, "\(name)")
            guard operation.proof != .nothing else { continue }
            #expect(operation.answers.isSuperset(of: ["200", "403", "500", "503"]), "\(name)")
        }
    }

    @Test("Error codes and the scenarios' commands are those of the controller")
    func words() throws {
        let document = try OpenAPIDocument(of: .controller)
        let codes = document.texts(
            "components", "schemas", "ControllerError", "properties", "error", "properties", "code", "enum")
        #expect(codes.sorted() == ControllerError.Code.allCases.map(\.rawValue).sorted())
        let commands = document.texts("components", "schemas", "ScenarioForm", "properties", "COMMAND", "enum")
        #expect(commands.sorted() == ScenarioEndpoint.Command.allCases.map(\.rawValue).sorted())
    }

    @Test("A method that an address does not have is 405 with those that it has; no address is 404")
    func methods() async throws {
        try await World.run { world async throws in
            let wrong = try await world.bear(World.token, "/admin/portals/demo", "", .delete)
            #expect(wrong.status == 405 && wrong.code == "WRONG_METHOD")
            #expect(try await world.allowed("/admin/portals", .patch) == "GET, HEAD, POST")
            #expect(try await world.allowed("/portal/GetUser", .get) == "POST")
            let nowhere = try await world.bear(World.token, "/admin/nothing", "", .get)
            #expect(nowhere.status == 404 && nowhere.code == "UNKNOWN_COMMAND")
            #expect(try await world.bear(nil, "/schemas/line-settings.json", "", .head).status == 200)
            #expect(try await world.bear(nil, "/admin/portals", "", .head).status == 403)
        }
    }
}
