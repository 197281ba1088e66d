import Digests
import Storage
import TestOpenAPI
import Testing

@testable import VoicePlatform

/// A running platform against its document, by requests that a program of others makes from the document alone.
@Suite(.serialized) struct SchemathesisTests {
    /// What removes things comes last, as the others need them.
    private static let removals = "^(Del|Deactivate)"

    @Test("Requests get the answers that the document promises, and nothing fails inside", .timeLimit(.minutes(5)))
    func document() async throws {
        try await TestPlatform.run { platform in
            let master = try await platform.master
            let things = try await things(master, platform)
            let token = try await ServiceAccount.make(master, pair: try RSAKeyPair.generate())
            var claims = token.claims
            claims.lifetime = 3000
            var program = Schemathesis(
                beside: #filePath, server: platform.base, tags: ["management", "voice", "health"],
                secrets: [
                    "ACCOUNT_ID": "\(master.id)", "API_KEY": master.key, "SERVICE_TOKEN": try token.token(claims),
                ], things: Dictionary(uniqueKeysWithValues: things.map { ("{\($0)}", $1) }))
            program.more = ["--exclude-operation-id-regex", Self.removals]
            let report = try await program.run()
            #expect(report.status == 0, "\(report.text)")
            (program.tags, program.more) = ([], ["--include-operation-id-regex", Self.removals])
            let removals = try await program.run()
            #expect(removals.status == 0, "\(removals.text)")
            // What it sent was let in, so the answers are not all refusals.
            let done = try await done(platform)
            #expect(done.isSuperset(of: ["AddRule", "AttachPhoneNumber", "CreateKey", "SetUserInfo"]), "\(done)")
            #expect(done.count > 25, "\(done)")
            #expect(!platform.hosting.delivered.isEmpty)
        }
    }

    /// Names of things that there are.
    private func things(_ master: Tenant, _ platform: TestPlatform) async throws -> [String: String] {
        var things = try await MethodTable.makeObjects(master, platform)
        let child = try await platform.child("tenant-one")
        things["child"] = "\(child.id)"
        let (record, log) = (PlatformFiles.newRecordName(), PlatformFiles.newLogName())
        try ServingTests.write("0123456789", to: platform.core.files.recordPath(record))
        try ServingTests.write("2026-01-01 00:00:00 Executing", to: platform.core.files.logPath(log))
        try await ServingTests.note(record: record, log: log, of: child)
        (things["record"], things["log"]) = (record, log)
        return things
    }

    /// Methods that have changed something.
    private func done(_ platform: TestPlatform) async throws -> Set<String> {
        Set(
            try await platform.core.database.read { transaction in
                try transaction.query("SELECT DISTINCT command FROM audit_log").map { try $0.text("command") }
            })
    }
}
