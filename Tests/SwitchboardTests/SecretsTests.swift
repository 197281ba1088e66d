import Foundation
import Testing

@testable import Switchboard

/// The file with the keys that the systems share.
@Suite struct SecretsTests {
    private let directory = NSTemporaryDirectory() + "secrets-" + UUID().uuidString

    @Test func theyAreMadeOnceAndReadableForTheirOwnerOnly() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let first = try Secrets.loadOrMake(in: directory)
        let second = try Secrets.loadOrMake(in: directory)
        #expect(first.licenceKey == second.licenceKey && first.masterKeys == second.masterKeys)
        #expect(Set(first.masterKeys.values).count == 4, "each master account has a key of its own")
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(directory)/secrets.json")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func aBrokenFileIsNotReplaced() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        _ = try Secrets.loadOrMake(in: directory)
        let path = "\(directory)/secrets.json"
        try "{".write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: AssemblyError.self) { try Secrets.loadOrMake(in: directory) }
        #expect(error?.description.contains(path) == true)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "{")
    }
}
