import Foundation
import Testing

@testable import VoicePlatform

/// Compares the registry of methods with what the documents say.
@Suite struct DocumentedMethodTests {
    private static let letters: [AccountRole: Character] = [
        .owner: "O", .admin: "A", .accountant: "M", .developer: "D", .supervisor: "V", .support: "S",
        .scenarios: "C", .userManager: "U",
    ]

    @Test func `every method has one row with its roles, and no row is about anything else`() throws {
        var rows: [String: String] = [:]
        let section = try text("docs/api.md").split(separator: "## Voice platform: management API").last ?? ""
        for line in section.split(separator: "\n") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count >= 3, cells[0].hasPrefix("`"), cells[1] == "all" || cells[1].allSatisfy(\.isUppercase)
            else { continue }
            for match in cells[0].matches(of: /`([A-Z][A-Za-z]+)`/) {
                #expect(rows.updateValue(cells[1], forKey: String(match.1)) == nil, "\(match.1) has two rows")
            }
        }
        #expect(Set(rows.keys) == Set(APIMethod.all.map(\.name)))
        for method in APIMethod.all {
            let letters = Set(method.roles.roles.compactMap { Self.letters[$0] })
            let documented = rows[method.name] == "all" ? Set(Self.letters.values) : Set(rows[method.name] ?? "")
            #expect(documented == letters, "\(method.name)")
        }
    }

    private func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
