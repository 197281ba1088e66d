import Foundation
import Synchronization
import Testing

@testable import Controller

/// A running controller against its document, by requests that a program of others makes from the document alone.
///
/// `make test-dependencies` installs it; the requests are the same in each run.
@Suite(.serialized) struct SchemathesisTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    private static let root = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    @Test("Right and wrong requests get the answers that the document promises", .timeLimit(.minutes(5)))
    func document() async throws {
        let python = Self.root.appending(path: ".build/python/bin").path
        try #require(FileManager.default.fileExists(atPath: python), "run make test-dependencies")
        var setting = World.Setting()
        setting.morePortals = [
            PortalAccess(
                id: PortalID(rawValue: "spare"), licenceKey: Secret("SPARE-KEY"), baseURL: "http://127.0.0.1:1")
        ]
        setting.portal.state.withLock { $0.keys.append(World.otherLicence) }
        try await World.run(setting) { world async throws in
            let sam = try await world.supporter("sam")
            let grant = try await world.ask(sam)
            #expect(try await world.grant(grant).status == 200)
            let (status, report) = try await Self.check(python, world, supporter: sam, grant: grant)
            #expect(status == 0, "\(report)")
            // What it sent was let in, so the answers are not all refusals.
            let refusals = world.log.text.split(separator: "\n").filter { $0.contains("request refused") }
            // Codes of the support that are made up are refused.
            #expect(refusals.allSatisfy { $0.contains("[\"endpoint\": support]") }, "\(refusals.first ?? "")")
            await world.portal.events.wait { !world.portal.told("SupportLook").isEmpty }
        }
    }

    private static func check(
        _ python: String, _ world: World, supporter: String, grant: String
    ) async throws -> (status: Int32, report: String) {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "schemathesis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let configuration = scratch.appending(path: "schemathesis.toml")
        try String(contentsOf: folder.appending(path: "schemathesis.toml"), encoding: .utf8)
            .replacing("THE-GRANT", with: grant).write(to: configuration, atomically: true, encoding: .utf8)
        let report = scratch.appending(path: "report.txt")
        _ = FileManager.default.createFile(atPath: report.path, contents: nil)
        let process = Process()
        // By its interpreter: the program itself names the place where it was installed first.
        process.executableURL = URL(filePath: python + "/python")
        process.currentDirectoryURL = scratch
        process.arguments = [
            python + "/schemathesis", "--config-file", configuration.path, "run",
            OpenAPIDocument.file.path,
            "--url", world.base, "--include-tag", "operator", "--include-tag", "controller-signed", "--include-tag",
            "support",
        ]
        let output = try FileHandle(forWritingTo: report)
        (process.standardOutput, process.standardError) = (output, output)
        let ended = Promise<Void>()
        process.terminationHandler = { _ in ended.fulfil(()) }
        try process.start(variables: [
            "PYTHONPATH": folder.path, "PYTHONDONTWRITEBYTECODE": "1", "SCHEMATHESIS_HOOKS": "proofs",
            "LICENCE_KEY": World.licence, "OPERATOR_TOKEN": World.token, "SUPPORT_TOKEN": supporter,
        ])
        await ended.value
        return (process.terminationStatus, try String(contentsOf: report, encoding: .utf8))
    }
}
